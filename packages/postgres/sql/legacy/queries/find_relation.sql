-- The legacy table that a name means, as it is written for good; and what kind of relation it is.
SELECT format('%I.%I', n.nspname, c.relname) AS relation, c.relkind::text AS kind,
  EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AS has_children,
  EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AS has_parent,
  EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = :key::text AND a.attnum > 0) AS has_key
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass(:name::text)
