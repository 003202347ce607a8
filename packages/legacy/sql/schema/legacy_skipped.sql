-- Rows of legacy tables that could not be turned into events, with the reason. They are tried again whenever they are read.
CREATE TABLE refold.legacy_skipped (
  legacy_table int NOT NULL REFERENCES refold.legacy_tables,
  -- NULL for all rows without a key together.
  key text COLLATE "C",
  -- The number of rows with this key.
  rows bigint NOT NULL,
  reason text NOT NULL,
  -- The run that found it last (or the last run when a captured change was found).
  run int NOT NULL,
  -- NULLS NOT DISTINCT exists since PostgreSQL 15; a primary key would not allow the NULL.
  CONSTRAINT legacy_skipped_key UNIQUE NULLS NOT DISTINCT (legacy_table, key)
)
