-- Generations, each with its partitions taken together: the lowest checkpoint, all parked streams. An SQL view rather than stored
-- columns: these are read less often than checkpoints are saved, and a shared row would make partitions wait for each other.
CREATE VIEW refold.projections AS
SELECT g.id, g.projection, g.version, g.status, p.checkpoint, p.revision, p.rate, g.has_tables, g.created_at, p.updated_at,
  p.definition, p.newer, p.addition, g.replaced_at, g.partitions, g.partitioned_by, g.next_partitions, g.drain_to,
  (SELECT count(*)::int FROM refold.parked_streams k WHERE k.generation = g.id) AS parked,
  EXISTS (SELECT FROM refold.discarded_events d WHERE d.projection = g.projection) AS has_discarded
FROM refold.projection_generations g
CROSS JOIN LATERAL (
  SELECT min(c.checkpoint) AS checkpoint, sum(c.rate) AS rate, max(c.updated_at) AS updated_at,
    CASE WHEN count(*) = 1 THEN min(c.revision::text)
      ELSE encode(sha256(convert_to(string_agg(c.revision::text, ',' ORDER BY c."partition"), 'UTF8')), 'hex')
    END AS revision,
    (array_agg(c.newer ORDER BY c.checkpoint) FILTER (WHERE c.newer IS NOT NULL))[1] AS newer,
    min(coalesce(c.definition, g.definition)) AS definition,
    -- Added event types are not read as long as one partition lacks them.
    CASE WHEN min(coalesce(c.definition, g.definition)) <> max(coalesce(c.definition, g.definition))
      THEN jsonb_build_object('definition', max(coalesce(c.definition, g.definition)), 'checkpoint', 0)
      ELSE (array_agg(c.addition) FILTER (WHERE c.addition IS NOT NULL))[1]
    END AS addition
  FROM refold.projection_partitions c WHERE c.generation = g.id
) AS p
