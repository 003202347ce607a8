-- Reading a row of the legacy table looks up its captured changes. Only the beginning of the key, because an index entry has a
-- maximum size, and an insert that fails here would fail the application's write.
CREATE INDEX legacy_changes_key ON refold.legacy_changes (legacy_table, left(key, 200))
