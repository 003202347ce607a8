-- The name of a trigger of this store on a legacy table, by its purpose: capture, truncate, freeze, or rows (freeze, for each
-- row). The oid distinguishes the stores of one database.
CREATE FUNCTION refold.legacy_trigger(legacy_table int, purpose text) RETURNS text LANGUAGE sql STABLE AS $$
SELECT format('refold_%s_%s_%s', purpose, 'refold.legacy_tables'::regclass::oid, legacy_table)
$$
