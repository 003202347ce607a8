-- The generations of a projection that are not needed any more: retired ones, and those being built for a version older
-- than the live one. And of all projections the scratch generations of processes that must have ended.
CREATE FUNCTION refold.obsolete_generations(name text) RETURNS SETOF int LANGUAGE sql STABLE AS $$
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
