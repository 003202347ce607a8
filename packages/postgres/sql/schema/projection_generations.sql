-- One filling of a projection's rows: the live one that readers see, one that is being filled beside it, one that was
-- replaced and waits to be dropped, or a look into the past. Its rows are in the table rows_<id> (see create_rows).
CREATE TABLE refold.projection_generations (
  -- Never given out twice, so that a number that somebody remembers cannot come to mean other rows.
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  projection text NOT NULL CHECK (char_length(projection) BETWEEN 1 AND 255),
  version int NOT NULL CHECK (version >= 1),
  -- text rather than an enum, which could never lose a value again.
  status text NOT NULL CHECK (status IN ('Building', 'Live', 'Retired', 'Scratch')),
  -- All events up to here are in the rows, parked or discarded. No index: it changes with every batch.
  checkpoint bigint NOT NULL DEFAULT 0 CHECK (checkpoint >= 0),
  -- Changes whenever the projector changes rows. Not with the rows that commits write: all appends of a store would then
  -- wait for one another here.
  revision bigint NOT NULL DEFAULT 0,
  -- Events folded in a second, of late.
  rate float8 NOT NULL DEFAULT 0,
  -- Instead of rows it has tables of its own, in a schema of its own (see namespace_of).
  has_tables boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When the checkpoint was saved last.
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
-- Most of each page stays free, so that the next checkpoint finds room beside the last one and touches no index.
WITH (fillfactor = 20)
