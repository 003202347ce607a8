-- The rule that the guards of a document of writes, its writes without events, break; NULL if they break none.
CREATE FUNCTION refold.guards_problem(writes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN bool_and(write -> 'events' = '[]') THEN refold.problem('writes', 'must have at least one event')
  ELSE refold.problem(
    format('writes[%s].expectedVersion', min(number) FILTER (WHERE is_unchecked) - 1),
    CASE WHEN bool_or(is_unchecked) THEN 'must be given in a write without events' END
  )
END
FROM jsonb_array_elements(writes) WITH ORDINALITY AS w(write, number),
  LATERAL (SELECT write -> 'events' = '[]' AND coalesce((write ->> 'expectedVersion')::numeric, -1) = -1) AS g(is_unchecked)
$$
