-- Generations, each with its partitions taken together: the lowest checkpoint, all parked streams, the definition with the fewest
-- events. An SQL view rather than stored columns: these are read less often than checkpoints are saved, and a shared row would make
-- partitions wait for each other.
CREATE VIEW refold.projections AS
SELECT g.id, g.projection, g.version, g.status, p.checkpoint, p.revision, p.rate, g.has_tables, g.created_at, p.updated_at,
  coalesce(d.known[1], p.definition) AS definition, p.newer,
  -- Several partitions have read the added event types as far as the one that has read the least of them: it may not have begun.
  CASE WHEN p.partitions = 1 THEN p.addition
    WHEN d.known[1] <> d.known[cardinality(d.known)]
    THEN jsonb_build_object('definition', d.known[cardinality(d.known)], 'checkpoint', 0)
  END AS addition,
  g.replaced_at, g.partitions, g.partitioned_by, g.next_partitions, g.drain_to,
  (SELECT count(*)::int FROM refold.parked_streams k WHERE k.generation = g.id) AS parked,
  EXISTS (SELECT FROM refold.discarded_events d WHERE d.projection = g.projection) AS has_discarded
FROM refold.projection_generations g
CROSS JOIN LATERAL (
  SELECT count(*) AS partitions, min(c.checkpoint) AS checkpoint, sum(c.rate) AS rate, max(c.updated_at) AS updated_at,
    CASE WHEN count(*) = 1 THEN min(c.revision::text)
      ELSE encode(sha256(convert_to(string_agg(c.revision::text, ',' ORDER BY c."partition"), 'UTF8')), 'hex')
    END AS revision,
    (array_agg(c.newer ORDER BY c.checkpoint) FILTER (WHERE c.newer IS NOT NULL))[1] AS newer,
    min(coalesce(c.definition, g.definition)) AS definition,
    (array_agg(c.addition) FILTER (WHERE c.addition IS NOT NULL))[1] AS addition,
    count(c.addition) > 0 OR min(coalesce(c.definition, g.definition)) <> max(coalesce(c.definition, g.definition)) AS is_adding
  FROM refold.projection_partitions c WHERE c.generation = g.id
) AS p
-- The definitions that partitions have or are being given, in the order in which they came: each reads what the one before it reads,
-- and more. Without categories it reads all.
CROSS JOIN LATERAL (
  SELECT CASE WHEN p.is_adding AND p.partitions > 1 THEN ARRAY(
    SELECT one FROM refold.projection_partitions c,
      unnest(ARRAY[coalesce(c.definition, g.definition), c.addition ->> 'definition']) AS one
    WHERE c.generation = g.id AND one IS NOT NULL
    ORDER BY jsonb_array_length(one::jsonb -> 'types'), jsonb_array_length(one::jsonb -> 'categories') NULLS LAST
  ) END AS known
) AS d
