-- The partitions of all generations, each with the columns of its generation and its own checkpoint and parked streams.
CREATE VIEW refold.partitions AS
SELECT g.id, p."partition", g.projection, g.version, g.status, p.checkpoint, p.revision::text AS revision, p.rate, g.has_tables,
  g.created_at, p.updated_at, coalesce(p.definition, g.definition) AS definition, p.newer, p.addition, g.replaced_at,
  g.partitions, g.partitioned_by, g.next_partitions, g.drain_to,
  (
    SELECT count(*)::int FROM refold.parked_streams k WHERE k.generation = g.id AND k."partition" = p."partition"
  ) AS parked,
  EXISTS (SELECT FROM refold.discarded_events d WHERE d.projection = g.projection) AS has_discarded
FROM refold.projection_generations g JOIN refold.projection_partitions p ON p.generation = g.id
