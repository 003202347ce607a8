-- Changes of legacy tables that triggers have captured and that are not events yet. A queue whose rows are deleted, and no
-- checkpoint: an id that is drawn early may be committed late, and a checkpoint would have passed it by.
CREATE TABLE refold.legacy_changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- No reference: it would lock the row of legacy_tables for each change, and writers would wait for whoever seeds.
  legacy_table int NOT NULL,
  -- A change of the key is two changes.
  key text COLLATE "C",
  -- The row of the legacy table before and after, whole; NULL where there was or is none.
  before jsonb,
  after jsonb,
  captured_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
