-- Rows of legacy tables that could not be turned into events, and why. They are tried again whenever they are met.
CREATE TABLE refold.legacy_skipped (
  legacy_table int NOT NULL REFERENCES refold.legacy_tables,
  -- NULL for all rows without a key.
  key text COLLATE "C",
  -- How many rows have this key.
  rows bigint NOT NULL,
  reason text NOT NULL,
  -- The run that met it last (or that was the last when a change did).
  run int NOT NULL,
  -- Since PostgreSQL 15; a primary key would not take the NULL.
  CONSTRAINT legacy_skipped_key UNIQUE NULLS NOT DISTINCT (legacy_table, key)
)
