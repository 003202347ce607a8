-- The generations of a projection that are not needed any more: retired ones, except those that a higher version has replaced
-- in the last hour (programs of the former version still read them), and those being built for a version older than the live
-- one. Also the scratch generations of all projections whose checkpoints have not changed for 24 hours.
CREATE FUNCTION refold.obsolete_generations(name text) RETURNS SETOF int LANGUAGE sql STABLE AS $$
SELECT g.id FROM refold.projection_generations g
WHERE g.projection = name AND (
    g.status = 'Retired' AND (
      g.replaced_at IS NULL OR g.replaced_at < clock_timestamp() - interval '1 hour' OR NOT EXISTS (
        SELECT FROM refold.projection_generations live
        WHERE live.projection = name AND live.status = 'Live' AND live.version > g.version
      )
    )
    OR g.status = 'Building' AND g.version < (
      SELECT live.version FROM refold.projection_generations live WHERE live.projection = name AND live.status = 'Live'
    )
  )
  OR g.status = 'Scratch' AND NOT EXISTS (
    SELECT FROM refold.projection_partitions p
    WHERE p.generation = g.id AND p.updated_at >= clock_timestamp() - interval '24 hours'
  )
ORDER BY g.id
$$
