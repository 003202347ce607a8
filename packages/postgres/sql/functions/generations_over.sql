-- The generations of a projection that nobody needs any more: retired ones, and those that were being filled for a
-- version older than the live one. And of all projections the looks into the past whose process must have died.
CREATE FUNCTION refold.generations_over(name text) RETURNS SETOF int LANGUAGE sql STABLE AS $$
SELECT g.id FROM refold.projection_generations g
WHERE g.projection = name AND (
    g.status = 'Retired'
    OR g.status = 'Building' AND g.version < (
      SELECT live.version FROM refold.projection_generations live WHERE live.projection = name AND live.status = 'Live'
    )
  )
  OR g.status = 'Scratch' AND g.updated_at < clock_timestamp() - interval '24 hours'
ORDER BY g.id
$$
