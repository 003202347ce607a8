-- The comment on the schema of a generation. Only the owner of a schema can write it.
CREATE FUNCTION refold.generation_mark(generation int) RETURNS text LANGUAGE sql STABLE AS $$
SELECT 'Tables of generation ' || generation || ' of the store in the schema ' || c.relnamespace::regnamespace::text
FROM pg_catalog.pg_class AS c WHERE c.oid = 'refold.projection_generations'::regclass
$$
