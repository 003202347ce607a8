-- The partitions of a generation combined; no row without a generation. plpgsql, so that it is planned only for generations with
-- several partitions.
--   known   the definitions that the partitions have or are being given, in the order in which they were added: each reads the
--           event types of the one before it, and more. A definition without categories reads all
CREATE FUNCTION refold.whole_generation(wanted int) RETURNS TABLE (
  checkpoint bigint, revision text, rate float8, updated_at timestamptz, newer jsonb, known text[]
) LANGUAGE plpgsql STABLE STRICT AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT min(c.checkpoint),
    encode(sha256(convert_to(string_agg(c.revision::text, ',' ORDER BY c."partition"), 'UTF8')), 'hex'),
    sum(c.rate), max(c.updated_at),
    (array_agg(c.newer ORDER BY c.checkpoint) FILTER (WHERE c.newer IS NOT NULL))[1],
    CASE
      WHEN count(c.addition) = 0 AND min(coalesce(c.definition, g.definition)) = max(coalesce(c.definition, g.definition))
      THEN ARRAY[min(coalesce(c.definition, g.definition))]
      ELSE ARRAY(
        SELECT one FROM refold.projection_partitions p,
          unnest(ARRAY[coalesce(p.definition, min(g.definition)), p.addition ->> 'definition']) AS one
        WHERE p.generation = wanted AND one IS NOT NULL
        ORDER BY jsonb_array_length(one::jsonb -> 'types'), jsonb_array_length(one::jsonb -> 'categories') NULLS LAST
      )
    END
  FROM refold.projection_generations g JOIN refold.projection_partitions c ON c.generation = g.id
  WHERE g.id = wanted;
END
$$
