-- One build of a projection's rows: the live one that readers see, one that is being built beside it, one that was
-- replaced and waits to be dropped, or a scratch one for a query as of the past. Its rows are in the table rows_<id>
-- of the schema of rows (see create_rows_table).
CREATE TABLE refold.projection_generations (
  -- Never reused, so that a remembered id cannot refer to other rows.
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  projection text NOT NULL CHECK (char_length(projection) BETWEEN 1 AND 255),
  version int NOT NULL CHECK (version >= 1),
  -- The kind of the projection, its event types, categories and indexes, as the library renders them. text rather than jsonb:
  -- it is compared as a whole, and read by the library only.
  definition text NOT NULL,
  -- text rather than an enum, which could never lose a value again.
  status text NOT NULL CHECK (status IN ('Building', 'Live', 'Retired', 'Scratch')),
  -- All events up to here are in the rows, parked or discarded. No index: it changes with every batch.
  checkpoint bigint NOT NULL DEFAULT 0 CHECK (checkpoint BETWEEN 0 AND 9007199254740991),
  -- Another random value whenever the projector changes rows. A number would come again where the database goes back to an
  -- older copy, and caches of rows by their revision would answer with rows that are gone. It does not change with the rows
  -- that commits write: all appends of a store would then wait for each other here.
  revision uuid NOT NULL DEFAULT gen_random_uuid(),
  -- The event before which the last batch stopped, because newer code wrote it than the code that met it.
  newer jsonb,
  -- How far event types are read that a process has been given in addition, and its definition with them.
  addition jsonb,
  -- Smoothed rate in events per second.
  rate float8 NOT NULL DEFAULT 0,
  -- Instead of rows it has tables of its own, in a schema of its own (see generation_schema).
  has_tables boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When the checkpoint was last saved.
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When another generation became live in its place: programs of its version read it for some time from then on.
  replaced_at timestamptz,
  -- Projectors write this table, and a client can hold no other times.
  CHECK (least(created_at, updated_at, replaced_at) >= '0001-01-01T00:00:00Z'
    AND greatest(created_at, updated_at, replaced_at) < '10000-01-01T00:00:00Z')
)
-- Most of each page stays free, so that the next checkpoint fits on the same page and changes no index (a HOT update).
WITH (fillfactor = 20)
