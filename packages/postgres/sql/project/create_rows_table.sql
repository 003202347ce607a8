-- Creates the table of a generation's rows. A separate table rather than one for all generations: it has the indexes
-- that the projection declares, readers never see the rows of a rebuild, and dropping it is cheap and leaves no dead
-- rows.
--   indexes   per index, its fields as [{"field": "name", "kind": "Text"}]; the key is added at the end.
--             Fields and not expressions: an index runs its expression with the rights of each role that writes a row.
-- Runs as its owner, so that a projector needs no right to create anything.
CREATE FUNCTION refold.create_rows_table(generation int, indexes jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  rows_table CONSTANT text := 'rows_' || generation;
  columns text;
  grants record;
BEGIN
  IF NOT EXISTS (SELECT FROM refold.projection_generations g WHERE g.id = generation AND NOT g.has_tables) THEN
    RAISE EXCEPTION 'there is no generation % with rows', generation USING ERRCODE = 'invalid_parameter_value';
  ELSIF jsonb_path_exists(indexes, '$[*][*] ? (!(@.kind == "Text" || @.kind == "Number" || @.kind == "Boolean" || @.kind == "Instant"))')
  THEN
    RAISE EXCEPTION 'the kind of a field must be Text, Number, Boolean or Instant' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  -- Leaves space for the next state of a row on its page (a HOT update), so that no index changes if none is declared.
  EXECUTE format('CREATE TABLE refold_rows.%I (LIKE refold_rows.rows INCLUDING ALL) WITH (fillfactor = 90)', rows_table);
  FOR number IN 0 .. jsonb_array_length(indexes) - 1 LOOP
    SELECT string_agg(format(CASE f.field ->> 'kind'
      WHEN 'Text' THEN '((state ->> %1$L) COLLATE "C")'
      WHEN 'Number' THEN '((state ->> %1$L)::numeric)'
      WHEN 'Boolean' THEN '((state ->> %1$L)::boolean)'
      -- A text that sorts by time; queries use the same expression (see RowSelection).
      WHEN 'Instant' THEN $instant$((CASE left(state ->> %1$L, 1) WHEN '+' THEN '1' || substr(state ->> %1$L, 2)
        WHEN '-' THEN '0' || translate(substr(state ->> %1$L, 2, 6), '0123456789', '9876543210') || substr(state ->> %1$L, 8)
        ELSE '100' || (state ->> %1$L) END) COLLATE "C")$instant$
    END, f.field ->> 'field'), ', ' ORDER BY f.number) INTO columns FROM jsonb_array_elements(indexes -> number) WITH ORDINALITY AS f(field, number);
    -- The key is the last column, so that pages need no sort.
    EXECUTE format('CREATE INDEX %I ON refold_rows.%I (%s, key)', rows_table || '_' || number + 1, rows_table, columns);
  END LOOP;
  FOR grants IN
    SELECT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee,
      string_agg(a.privilege_type, ', ') AS privileges
    FROM pg_class AS c, aclexplode(c.relacl) AS a
    WHERE c.oid = 'refold_rows.rows'::regclass AND a.grantee <> c.relowner
    GROUP BY a.grantee
  LOOP
    EXECUTE format('GRANT %s ON refold_rows.%I TO %s', grants.privileges, rows_table, grants.grantee);
  END LOOP;
END
$$
