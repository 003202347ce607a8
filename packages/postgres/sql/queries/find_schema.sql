-- What a schema's own comment says; no row where there is no such schema.
SELECT obj_description(oid, 'pg_namespace') AS comment FROM pg_catalog.pg_namespace WHERE nspname = :schema::text
