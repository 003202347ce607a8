-- The rule that an event in a document of writes breaks, as {"field": …, "rule": …}; NULL if it breaks none.
CREATE FUNCTION refold.json_event_problem(event jsonb, field text) RETURNS jsonb LANGUAGE sql STABLE AS $$
SELECT coalesce(
  refold.object_problem(event, jsonb_build_object(
    'type', 'string', 'data', 'any', 'schemaVersion', 'integer?', 'metadata', 'object?', 'occurredAt', 'string?',
    'id', 'string?'
  ), field),
  refold.problem(field || '.id', CASE
    WHEN event ->> 'id' !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'must be a UUID'
  END),
  refold.problem(field || '.occurredAt', CASE
    WHEN event ->> 'occurredAt' IS NOT NULL AND refold.parse_time(event ->> 'occurredAt') IS NULL
      THEN 'must be a time as in 2026-01-31T12:00:00Z'
    -- timestamptz rounds to microseconds.
    WHEN event ->> 'occurredAt' ~ '[.][0-9]{6}[0-9]*[1-9]'
      THEN 'must be a time in the years 1 to 9999, in whole milliseconds'
  END),
  refold.event_problem(
    event ->> 'type', event -> 'data', coalesce(nullif(event -> 'metadata', 'null'), '{}'),
    coalesce((event ->> 'schemaVersion')::numeric, 1), refold.parse_time(event ->> 'occurredAt'), field || '.'
  )
)
$$
