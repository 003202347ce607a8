-- Puts a trigger on a legacy table, unless it is there and on. As the caller, who must own the table: the store's owner
-- need not.
-- ALWAYS, so that what a replication writes is captured, and refused, too.
CREATE FUNCTION refold.create_legacy_trigger(legacy_table int, purpose text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  t refold.legacy_tables;
  name CONSTANT text := refold.legacy_trigger(legacy_table, purpose);
BEGIN
  SELECT * INTO STRICT t FROM refold.legacy_tables known WHERE known.id = legacy_table;
  IF EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.relation::regclass AND g.tgname = name AND g.tgenabled = 'A') THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE OR REPLACE TRIGGER %I %s', name, CASE purpose
    WHEN 'capture' THEN format(
      'AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION refold.capture_legacy_row(%L, %L)',
      t.relation, t.id, t.key)
    WHEN 'truncate' THEN format(
      'BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refold.capture_legacy_truncate(%L, %L)',
      t.relation, t.id, t.key)
    WHEN 'freeze' THEN format(
      'BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refold.refuse_legacy_write(%L)',
      t.relation, t.name)
  END);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.relation, name);
END
$$
