-- Who reads a row of the legacy table asks which changes of it are waiting. The beginning of the key, because an index cannot
-- hold a text of any length, and what cannot be captured stops the application.
CREATE INDEX legacy_changes_key ON refold.legacy_changes (legacy_table, left(key, 200))
