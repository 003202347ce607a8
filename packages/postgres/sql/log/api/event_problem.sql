-- The rule that an event breaks, as {"field": …, "rule": …}; NULL if it breaks none. The rules of the TypeScript API.
-- Numbers are looked at only in data that is not too large: each takes some microseconds.
--   prefix   the path of the event in a document; its fields then have their names in the document
CREATE FUNCTION refold.event_problem(
  type text, data jsonb, metadata jsonb, schema_version numeric, occurred_at timestamptz, prefix text DEFAULT ''
) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT jsonb_build_object('field', prefix || field, 'rule', rule) FROM (VALUES
  (1, 'type', refold.name_problem(type)),
  (2, 'data', CASE WHEN refold.size_problem(data, 8388608) IS NULL THEN refold.json_problem(data) END),
  (3, 'metadata', CASE WHEN jsonb_typeof(metadata) IS DISTINCT FROM 'object' THEN 'must be an object' END),
  (4, 'metadata', CASE WHEN refold.size_problem(metadata, 1048576) IS NULL THEN refold.json_problem(metadata) END),
  (5, 'metadata.correlationId', CASE WHEN jsonb_typeof(metadata -> 'correlationId') <> 'string' THEN 'must be a text' END),
  (6, 'metadata.causationId', CASE WHEN jsonb_typeof(metadata -> 'causationId') <> 'string' THEN 'must be a text' END),
  (7, 'metadata.actor', CASE WHEN jsonb_typeof(metadata -> 'actor') <> 'string' THEN 'must be a text' END),
  (8, CASE prefix WHEN '' THEN 'schema_version' ELSE 'schemaVersion' END, CASE
    WHEN schema_version BETWEEN 1 AND 32767 AND schema_version % 1 = 0 THEN NULL ELSE 'must be a whole number from 1 to 32767'
  END),
  (9, CASE prefix WHEN '' THEN 'occurred_at' ELSE 'occurredAt' END, refold.time_problem(occurred_at)),
  (10, 'data', refold.size_problem(data, 8388608)),
  (11, 'metadata', refold.size_problem(metadata, 1048576))
) AS problems (number, field, rule)
WHERE rule IS NOT NULL ORDER BY number LIMIT 1
$$
