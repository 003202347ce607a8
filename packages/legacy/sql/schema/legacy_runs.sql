-- Walks through a whole legacy table: how far each has come, and what it has found. One that was cut off is gone on with.
CREATE TABLE refold.legacy_runs (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  legacy_table int NOT NULL REFERENCES refold.legacy_tables ON DELETE CASCADE,
  -- First the rows of the legacy table, then those that are remembered and may be gone.
  phase text NOT NULL DEFAULT 'Rows' CHECK (phase IN ('Rows', 'Removed', 'Done')),
  -- The last key of the phase that is done with; NULL at its start.
  after text,
  rows_read bigint NOT NULL DEFAULT 0,
  -- Rows that became streams, that changed since they did, and that are gone; and the events of them all.
  seeded bigint NOT NULL DEFAULT 0,
  changed bigint NOT NULL DEFAULT 0,
  removed bigint NOT NULL DEFAULT 0,
  events bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz
)
