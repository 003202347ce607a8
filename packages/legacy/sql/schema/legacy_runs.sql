-- Runs over a whole legacy table: the progress and the findings of each. An interrupted run is continued.
CREATE TABLE refold.legacy_runs (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  legacy_table int NOT NULL REFERENCES refold.legacy_tables ON DELETE CASCADE,
  -- First the rows of the legacy table, then the stored rows, which may have been removed.
  phase text NOT NULL DEFAULT 'Rows' CHECK (phase IN ('Rows', 'Removed', 'Done')),
  -- The last key of the phase that was processed; NULL at its start.
  after text,
  rows_read bigint NOT NULL DEFAULT 0,
  -- Rows that became streams, rows that changed, and rows that were removed; and the events of all three.
  seeded bigint NOT NULL DEFAULT 0,
  changed bigint NOT NULL DEFAULT 0,
  removed bigint NOT NULL DEFAULT 0,
  events bigint NOT NULL DEFAULT 0,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz
)
