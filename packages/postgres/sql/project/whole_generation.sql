-- Several partitions of a generation taken together; no row without a generation. plpgsql, so that readers of the others do not plan it.
--   known   the definitions that they have or are being given, in the order in which they came: each reads what the one before it
--           reads, and more. Without categories it reads all
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
