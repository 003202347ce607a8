-- Writes rows into every generation of their projection, version and definition that is live or being built, if they are newer
-- than the stored row: the order in which two writers arrive does not matter. Generations and keys are written in order, so that
-- two commits cannot deadlock. Runs as its owner, so that appending needs no right to write rows. The
-- search_path is pinned so that a caller cannot replace an object by another of the same name.
-- Writes only rows that an append can write. Rows of a projection that is not inline are ignored (its definition begins with its
-- kind, see StoredDefinition). A row whose key, version and position are not those of a stored event is refused: a caller that
-- gives a false state can do so only until the next event of the stream. The events are looked up here and not in the statement
-- that writes, which is planned in each call: there the lookup took half as long again.
CREATE FUNCTION refold.write_inline_rows(
  projections text[], projection_versions int[], definitions text[], keys text[], states jsonb[], positions bigint[], versions bigint[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  generation refold.projection_generations;
BEGIN
  IF EXISTS (
    SELECT FROM unnest(keys, versions, positions) AS r(key, version, "position")
    -- A subquery per row, so that each is found by the index with any statistics.
    WHERE (SELECT e."position" FROM refold.event_store AS e WHERE e.stream = r.key AND e.version = r.version) IS DISTINCT FROM r."position"
  ) THEN
    RAISE EXCEPTION 'a row must have the key, version and position of a stored event' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  FOR generation IN
    SELECT g.* FROM refold.projection_generations g
    WHERE g.projection = ANY (projections) AND g.status IN ('Live', 'Building') AND NOT g.has_tables
      AND starts_with(g.definition, '{"kind":"inline rows",')
    ORDER BY g.id
  LOOP
    EXECUTE format($insert$
      INSERT INTO refold_rows.%I AS known (key, state, "position", version)
      SELECT DISTINCT ON (r.key COLLATE "C") r.key, r.state, r."position", r.version
      FROM unnest($1, $2, $3, $4, $5, $6, $7) AS r(projection, projection_version, definition, key, state, "position", version)
      WHERE r.projection = $8 AND r.projection_version = $9 AND r.definition = $10
      ORDER BY r.key COLLATE "C", r.version DESC
      ON CONFLICT (key) DO UPDATE SET
        state = excluded.state, "position" = excluded."position", version = excluded.version
      WHERE known.version < excluded.version
    $insert$, 'rows_' || generation.id)
    USING projections, projection_versions, definitions, keys, states, positions, versions,
      generation.projection, generation.version, generation.definition;
  END LOOP;
END
$$
