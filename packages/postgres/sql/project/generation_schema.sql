-- The schema of a generation that has tables of its own: <schema>_<id>. A name of more than 63 bytes, which PostgreSQL
-- would truncate, is shortened to one with a hash.
CREATE FUNCTION refold.generation_schema(generation int) RETURNS text LANGUAGE sql STABLE AS $$
SELECT CASE
  WHEN octet_length(nspname) + octet_length('_' || generation) <= 63 THEN nspname || '_' || generation
  ELSE left(nspname, 40) || '_' || left(md5(nspname), 10) || '_' || generation
END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = 'refold.projection_generations'::regclass
$$
