-- The error with which TypeScript cannot read a stored event, or NULL if it can: {"_tag": "UnknownEventType" |
-- "NewerSchemaVersion" | "UndecodableEvent", "stream", "version", "type", "schemaVersion", …}.
CREATE FUNCTION ledger.event_problem(event refold.event_store) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  shapes CONSTANT jsonb := ledger.event_shapes() -> ledger.current_type(event.type);
  shape CONSTANT jsonb := CASE WHEN event.schema_version > 0 THEN shapes -> (event.schema_version - 1) END;
  which CONSTANT jsonb := jsonb_build_object(
    'stream', event.stream, 'version', event.version, 'type', event.type, 'schemaVersion', event.schema_version
  );
  unreadable CONSTANT jsonb := which || '{"_tag": "UndecodableEvent"}';
  problem jsonb;
BEGIN
  IF shapes IS NULL THEN
    RETURN which || '{"_tag": "UnknownEventType"}';
  ELSIF event.schema_version > jsonb_array_length(shapes) THEN
    RETURN which || jsonb_build_object('_tag', 'NewerSchemaVersion', 'latest', jsonb_array_length(shapes));
  ELSIF shape IS NULL THEN
    RETURN unreadable || '{"reason": "there is no such version"}';
  ELSIF ledger.read_fields(shape, event.data) IS NOT NULL THEN
    RETURN NULL;
  END IF;
  -- Fields that the shape does not have are no problem here.
  problem := ledger.problem_of(shape, CASE WHEN jsonb_typeof(event.data) = 'object' THEN coalesce((
    SELECT jsonb_object_agg(f.field ->> 0, event.data -> (f.field ->> 0))
    FROM jsonb_array_elements(shape) AS f(field) WHERE event.data ? (f.field ->> 0)
  ), '{}') ELSE event.data END, 'data');
  RETURN unreadable || jsonb_build_object('reason', (problem ->> 'field') || ' ' || (problem ->> 'rule'));
END
$$
