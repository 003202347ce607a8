-- Takes note of a mapping.
INSERT INTO refold.legacy_tables (name, relation, key) VALUES (:name::text, :relation::text, :key::text)
ON CONFLICT (name) DO NOTHING
