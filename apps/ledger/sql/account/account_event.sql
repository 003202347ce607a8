-- A stored event as today's code reads it: under its present name as "_tag", with the fields of its latest schema
-- version, as the codec in AccountEvent.ts returns it. Raises ML002 where the codec would fail: an unreadable event
-- must not be folded as if it did not exist.
CREATE FUNCTION ledger.account_event(event refold.event_store) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  event_type CONSTANT text := ledger.current_type(event.type);
  fields jsonb;
  problem jsonb;
BEGIN
  IF event.schema_version > 0 THEN
    fields := ledger.read_fields(ledger.event_shapes() -> event_type -> (event.schema_version - 1), event.data);
  END IF;
  IF fields IS NULL THEN
    problem := ledger.event_problem(event);
    RAISE EXCEPTION USING
      ERRCODE = 'ML002',
      MESSAGE = format(
        'event %s of stream "%s" (%s, schema version %s) cannot be read: %s',
        event.version, event.stream, event.type, event.schema_version,
        coalesce(problem ->> 'reason', problem ->> '_tag')
      ),
      DETAIL = problem;
  END IF;
  RETURN ledger.upcast(event_type, event.schema_version, fields) || jsonb_build_object('_tag', event_type);
END
$$
