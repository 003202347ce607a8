-- The rule that an event breaks, as {"field": …, "rule": …}; NULL if it breaks none. The rules of the TypeScript API.
-- Numbers are checked only in data within the size limit: each takes some microseconds. plpgsql, because it caches its plans;
-- a plan made for constant arguments would evaluate the branches that a CASE skips.
--   prefix   the path of the event in a document; its fields then have their names in the document
CREATE FUNCTION refold.event_problem(
  type text, data jsonb, metadata jsonb, schema_version numeric, occurred_at timestamptz, prefix text DEFAULT ''
) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  data_size CONSTANT text := refold.size_problem(data, 8388608);
  metadata_size CONSTANT text := refold.size_problem(metadata, 1048576);
  fields CONSTANT text[] := ARRAY[
    'type', 'data', 'metadata', 'metadata', 'metadata.correlationId', 'metadata.causationId', 'metadata.actor',
    CASE prefix WHEN '' THEN 'schema_version' ELSE 'schemaVersion' END,
    CASE prefix WHEN '' THEN 'occurred_at' ELSE 'occurredAt' END, 'data', 'metadata'
  ];
  rules CONSTANT text[] := ARRAY[
    refold.name_problem(type),
    CASE WHEN data_size IS NULL THEN refold.json_problem(data) END,
    CASE WHEN jsonb_typeof(metadata) IS DISTINCT FROM 'object' THEN 'must be an object' END,
    CASE WHEN metadata_size IS NULL THEN refold.json_problem(metadata) END,
    CASE WHEN jsonb_typeof(metadata -> 'correlationId') <> 'string' THEN 'must be a text' END,
    CASE WHEN jsonb_typeof(metadata -> 'causationId') <> 'string' THEN 'must be a text' END,
    CASE WHEN jsonb_typeof(metadata -> 'actor') <> 'string' THEN 'must be a text' END,
    CASE
      WHEN schema_version BETWEEN 1 AND 32767 AND schema_version % 1 = 0 THEN NULL ELSE 'must be a whole number from 1 to 32767'
    END,
    refold.time_problem(occurred_at), data_size, metadata_size
  ];
BEGIN
  FOR number IN 1 .. cardinality(rules) LOOP
    IF rules[number] IS NOT NULL THEN
      RETURN jsonb_build_object('field', prefix || fields[number], 'rule', rules[number]);
    END IF;
  END LOOP;
  RETURN NULL;
END
$$
