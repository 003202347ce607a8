-- Forgets a mapping with all that is remembered of it. The events stay.
WITH
  changes AS (DELETE FROM refold.legacy_changes WHERE legacy_table = :id::int),
  skipped AS (DELETE FROM refold.legacy_skipped WHERE legacy_table = :id::int),
  known AS (DELETE FROM refold.legacy_rows WHERE legacy_table = :id::int),
  runs AS (DELETE FROM refold.legacy_runs WHERE legacy_table = :id::int)
DELETE FROM refold.legacy_tables WHERE id = :id::int
