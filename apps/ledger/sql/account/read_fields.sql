-- The fields of a shape (see event_shapes) taken from a JSON object; NULL where one is missing or does not fit. Further
-- fields are left out, as in TypeScript.
CREATE FUNCTION ledger.read_fields(shape jsonb, data jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  fields jsonb := '{}';
  field jsonb;
  value jsonb;
BEGIN
  IF shape IS NULL OR jsonb_typeof(data) IS DISTINCT FROM 'object' THEN
    RETURN NULL;
  END IF;
  FOR number IN 0 .. jsonb_array_length(shape) - 1 LOOP
    field := shape -> number;
    value := data -> (field ->> 0);
    CONTINUE WHEN value IS NULL AND jsonb_array_length(field) = 3;
    value := ledger.read_field(field ->> 1, value);
    IF value IS NULL THEN
      RETURN NULL;
    END IF;
    fields := fields || jsonb_build_object(field ->> 0, value);
  END LOOP;
  RETURN fields;
END
$$
