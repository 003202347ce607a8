-- Whether the schema has a store, and one that knows legacy tables.
SELECT to_regclass('refold.legacy_tables') IS NOT NULL AS is_there
