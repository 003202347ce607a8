-- Creates a trigger on a legacy table and its partitions, unless it exists and is enabled. Runs with the rights of the caller,
-- which must own the table; the store's owner need not.
-- ENABLE ALWAYS, so that changes by replication are captured and refused too.
CREATE FUNCTION refold.create_legacy_trigger(legacy_table int, purpose text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t refold.legacy_tables;
  name CONSTANT text := refold.legacy_trigger(legacy_table, purpose);
  is_partitioned boolean;
  target regclass;
BEGIN
  SELECT * INTO STRICT t FROM refold.legacy_tables known WHERE known.id = legacy_table;
  is_partitioned := (SELECT c.relkind = 'p' FROM pg_class c WHERE c.oid = t.relation::regclass);
  -- Writes through a parent or to a child do not run the table's statement triggers.
  IF EXISTS (
    SELECT FROM pg_inherits i
    WHERE i.inhrelid = t.relation::regclass OR (i.inhparent = t.relation::regclass AND NOT is_partitioned)
  ) THEN
    RAISE EXCEPTION '% has a parent or children, and writes through them bypass its triggers', t.relation
      USING ERRCODE = 'wrong_object_type', HINT = 'Map a table without parent and children, or a whole partitioned table.';
  END IF;
  FOR target IN
    SELECT r.relation FROM (
      SELECT t.relation::regclass AS relation
      -- PostgreSQL copies row triggers to partitions, later ones included, but not statement triggers.
      UNION SELECT p.relid FROM pg_partition_tree(t.relation::regclass) AS p WHERE purpose IN ('truncate', 'freeze')
    ) AS r
    WHERE NOT EXISTS (
      SELECT FROM pg_trigger g WHERE g.tgrelid = r.relation AND g.tgname = name AND g.tgenabled = 'A'
    )
    ORDER BY r.relation
  LOOP
    IF purpose = 'truncate' THEN
      PERFORM refold.check_legacy_reader(target);
    END IF;
    EXECUTE format('CREATE OR REPLACE TRIGGER %I %s', name, CASE purpose
      WHEN 'capture' THEN format(
        'AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refold.capture_legacy_row(%L, %L)',
        target, t.id, t.key)
      WHEN 'truncate' THEN format(
        'BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refold.capture_legacy_truncate(%L, %L)',
        target, t.id, t.key)
      WHEN 'freeze' THEN format(
        'BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refold.refuse_legacy_write(%L)',
        target, t.name)
      WHEN 'rows' THEN format(
        'BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refold.refuse_legacy_write(%L)',
        target, t.name)
    END);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', target, name);
  END LOOP;
  IF purpose = 'freeze' AND is_partitioned THEN
    PERFORM refold.create_legacy_trigger(legacy_table, 'rows');
  END IF;
END
$$
