-- The tables that have a trigger of this store for a legacy table: the table, and its partitions unless their trigger is a copy
-- that follows the table's.
CREATE FUNCTION refold.legacy_triggers(legacy_table int, purpose text) RETURNS SETOF regclass LANGUAGE sql STABLE AS $$
SELECT g.tgrelid::regclass
FROM refold.legacy_tables t JOIN pg_trigger g ON g.tgname = refold.legacy_trigger(t.id, purpose) AND g.tgparentid = 0
WHERE t.id = legacy_table AND (
  g.tgrelid = to_regclass(t.relation)
  OR g.tgrelid IN (SELECT p.relid FROM pg_partition_tree(to_regclass(t.relation)) AS p)
)
ORDER BY g.tgrelid
$$
