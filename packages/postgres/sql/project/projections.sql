-- Generations with their numbers of parked streams and discarded events. An SQL view rather than stored columns: these
-- numbers are read less often than checkpoints are saved.
CREATE VIEW refold.projections AS
SELECT g.id, g.projection, g.version, g.status, g.checkpoint, g.revision, g.rate, g.has_tables, g.created_at, g.updated_at,
  g.definition, g.newer, g.addition, g.replaced_at,
  (SELECT count(*)::int FROM refold.parked_streams p WHERE p.generation = g.id) AS parked,
  EXISTS (SELECT FROM refold.discarded_events d WHERE d.projection = g.projection) AS has_discarded
FROM refold.projection_generations g
