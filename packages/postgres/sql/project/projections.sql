-- Generations, each with its partitions combined: the lowest checkpoint, all parked streams, the definition with the fewest event
-- types. An SQL view rather than stored columns: it is read less often than checkpoints are saved, and a shared row would make
-- partitions wait for each other. Most generations have one partition: then only its row is read.
CREATE VIEW refold.projections AS
SELECT g.id, g.projection, g.version, g.status, coalesce(w.checkpoint, p.checkpoint) AS checkpoint,
  coalesce(w.revision, p.revision::text) AS revision, coalesce(w.rate, p.rate) AS rate, g.has_tables, g.created_at,
  coalesce(w.updated_at, p.updated_at) AS updated_at, coalesce(w.known[1], p.definition, g.definition) AS definition,
  CASE WHEN g.partitions = 1 THEN p.newer ELSE w.newer END AS newer,
  -- The checkpoint of added event types is 0 for several partitions, because one of them may not have begun.
  CASE WHEN g.partitions = 1 THEN p.addition
    WHEN w.known[1] <> w.known[cardinality(w.known)]
    THEN jsonb_build_object('definition', w.known[cardinality(w.known)], 'checkpoint', 0)
  END AS addition,
  g.replaced_at, g.partitions, g.partitioned_by, g.next_partitions, g.drain_to,
  (SELECT count(*)::int FROM refold.parked_streams k WHERE k.generation = g.id) AS parked,
  EXISTS (SELECT FROM refold.discarded_events d WHERE d.projection = g.projection) AS has_discarded
FROM refold.projection_generations g
JOIN refold.projection_partitions p ON p.generation = g.id AND p."partition" = 0
LEFT JOIN LATERAL refold.whole_generation(CASE WHEN g.partitions > 1 THEN g.id END) AS w ON true
