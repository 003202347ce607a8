-- Rows of legacy tables as they were when they were last turned into events: a difference from the row now is a change. Whole
-- rows instead of hashes, because a change is mapped from both, the row before and the row after.
CREATE TABLE refold.legacy_rows (
  legacy_table int NOT NULL REFERENCES refold.legacy_tables,
  -- "C", because keys are compared by their text, whatever the legacy column's collation calls equal.
  key text COLLATE "C" NOT NULL,
  -- NULL while the row has no events.
  stream text,
  -- The stream's version when this was written; another version means that another writer appends to it.
  version bigint NOT NULL CHECK (version >= 0),
  -- The texts of its columns: a reader must not round a numeric. NULL for a row that was removed.
  row jsonb,
  PRIMARY KEY (legacy_table, key)
)
