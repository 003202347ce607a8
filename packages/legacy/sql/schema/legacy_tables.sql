-- Mutable tables whose rows become events, one row for each mapping. A transaction that turns rows of a table into events locks
-- its row here until it ends: such transactions run one after another, and each sees what the one before has stored.
CREATE TABLE refold.legacy_tables (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The mapping's name.
  name text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 255),
  -- The quoted name of the legacy table with its schema. A text, because an oid would not survive a dump.
  relation text NOT NULL,
  -- The column whose text identifies a row.
  key text NOT NULL,
  -- When the events became the source of truth. Nothing is turned into events afterwards.
  switched_at timestamptz
)
