-- The schema of a generation that has tables of its own: <schema>_<id>.
CREATE FUNCTION refold.generation_schema(generation int) RETURNS text LANGUAGE sql STABLE AS $$
SELECT n.nspname || '_' || generation
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = 'refold.projection_generations'::regclass
$$
