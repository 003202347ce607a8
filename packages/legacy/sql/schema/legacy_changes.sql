-- Changes of legacy tables that triggers have captured and that are not events yet. A queue whose rows are deleted instead of a
-- checkpoint: a change with a lower id may be committed later, and a checkpoint would have skipped it.
CREATE TABLE refold.legacy_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- No reference: it would lock the row of legacy_tables for each change, and writers would wait for a running seed.
  legacy_table int NOT NULL,
  -- A change of the key is two changes.
  key text COLLATE "C",
  -- The whole row of the legacy table before and after; NULL when there was or is none.
  before jsonb,
  after jsonb,
  captured_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
