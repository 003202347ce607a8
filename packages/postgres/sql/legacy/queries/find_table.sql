-- A mapping as it is known.
SELECT id, relation, key, switched_at FROM refold.legacy_tables WHERE name = :name::text
