-- What a trigger of this store on a legacy table is called, by what it is for: capture, truncate, freeze, or rows (freeze, row
-- by row). The oid tells the stores of one database apart.
CREATE FUNCTION refold.legacy_trigger(legacy_table int, purpose text) RETURNS text LANGUAGE sql STABLE AS $$
SELECT format('refold_%s_%s_%s', purpose, 'refold.legacy_tables'::regclass::oid, legacy_table)
$$
