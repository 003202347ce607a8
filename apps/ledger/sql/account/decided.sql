-- The answer of decide_account that accepts a command: without events where there is nothing to do, or with one event
-- in its latest schema version.
CREATE FUNCTION ledger.decided(event_type text DEFAULT NULL, data jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT jsonb_build_object('events', CASE WHEN event_type IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object(
  'type', event_type, 'schemaVersion', jsonb_array_length(ledger.event_shapes() -> event_type), 'data', data
)) END)
$$
