-- Writes rows into every generation of their projection and version that is live or being filled, where they are newer than
-- what is there: the order in which two writers get here does not matter.
-- In the order of generations and keys, so that two commits cannot wait for one another.
-- As its owner, so that who may append needs no right to write rows by himself. Nothing else is looked up in there: the
-- search_path is pinned so that no caller can slip in an object of his own.
CREATE FUNCTION refold.write_inline_rows(
  projections text[], projection_versions int[], keys text[], states jsonb[], positions bigint[], versions bigint[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  generation refold.projection_generations;
BEGIN
  FOR generation IN
    SELECT g.* FROM refold.projection_generations g
    WHERE g.projection = ANY (projections) AND g.status IN ('Live', 'Building') AND NOT g.has_tables
    ORDER BY g.id
  LOOP
    EXECUTE format($insert$
      INSERT INTO refold.%I AS known (key, state, "position", version)
      SELECT DISTINCT ON (r.key COLLATE "C") r.key, r.state, r."position", r.version
      FROM unnest($1, $2, $3, $4, $5, $6) AS r(projection, projection_version, key, state, "position", version)
      WHERE r.projection = $7 AND r.projection_version = $8
      ORDER BY r.key COLLATE "C", r.version DESC
      ON CONFLICT (key) DO UPDATE SET
        state = excluded.state, "position" = excluded."position", version = excluded.version
      WHERE known.version < excluded.version
    $insert$, 'rows_' || generation.id)
    USING projections, projection_versions, keys, states, positions, versions, generation.projection, generation.version;
  END LOOP;
END
$$
