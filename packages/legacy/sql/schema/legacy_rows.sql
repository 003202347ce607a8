-- Rows of legacy tables as they were when they were last turned into events: what is different now is a change.
-- Whole rows rather than hashes, because a change is made of both, what was and what is.
CREATE TABLE refold.legacy_rows (
  legacy_table int NOT NULL REFERENCES refold.legacy_tables,
  -- "C", because keys are compared as they are, whatever the legacy column thinks is equal.
  key text COLLATE "C" NOT NULL,
  -- NULL as long as no event has come of the row.
  stream text,
  -- The stream's version when this was written; another one means that somebody else writes to it.
  version bigint NOT NULL CHECK (version >= 0),
  -- Column by column, as texts: a numeric must not be rounded by a reader. NULL for a row that is gone.
  row jsonb,
  PRIMARY KEY (legacy_table, key)
)
