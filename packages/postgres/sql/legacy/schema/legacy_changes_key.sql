-- Who reads a row of the legacy table asks which changes of it are waiting.
CREATE INDEX legacy_changes_key ON refold.legacy_changes (legacy_table, key)
