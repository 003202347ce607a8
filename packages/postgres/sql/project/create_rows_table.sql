-- Creates the table of a generation's rows. A table of its own rather than a part of one for all: it has the indexes
-- that the projection declares, readers never see the rows of a rebuild, and dropping it is cheap and leaves no dead
-- rows behind.
--   indexes   per index, the list of expressions that it is on; the key is added at the end
CREATE FUNCTION refold.create_rows_table(generation int, indexes text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  rows_table CONSTANT text := 'rows_' || generation;
BEGIN
  EXECUTE format($ddl$
    CREATE TABLE refold.%I (
      -- By code points, as in every other adapter and independent of the database's locale.
      key text COLLATE "C" PRIMARY KEY,
      -- jsonb rather than json: fields can be indexed, and taken out without parsing the whole.
      state jsonb NOT NULL,
      -- Of the last event folded into the row.
      "position" bigint NOT NULL,
      version bigint NOT NULL
    -- Leaves space for the next state of a row on its page (a HOT update), so that no index changes if none is declared.
    ) WITH (fillfactor = 90)
  $ddl$, rows_table);
  FOR number IN 1 .. cardinality(indexes) LOOP
    -- With the key at the end, so that pages follow one another without a sort.
    EXECUTE format('CREATE INDEX %I ON refold.%I (%s, key)', rows_table || '_' || number, rows_table, indexes[number]);
  END LOOP;
  -- Commits write here, too, as the owner of write_inline_rows, which may be another role than the projector's.
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON refold.%I TO %I', rows_table, (
    SELECT pg_get_userbyid(proowner) FROM pg_catalog.pg_proc
    WHERE oid = 'refold.write_inline_rows(text[], int[], text[], text[], jsonb[], bigint[], bigint[])'::regprocedure
  ));
END
$$
