-- The partitions of a generation, numbered from 0: each has a checkpoint, and the lock of its row is its ownership. In a table
-- beside the generations, because rows, definition and status belong to all partitions of a generation.
CREATE TABLE refold.projection_partitions (
  generation int NOT NULL REFERENCES refold.projection_generations ON DELETE CASCADE,
  "partition" int NOT NULL CHECK ("partition" BETWEEN 0 AND 9999),
  -- All its events up to here are in the rows, parked or discarded. No index: it changes with every batch.
  checkpoint bigint NOT NULL DEFAULT 0 CHECK (checkpoint BETWEEN 0 AND 9007199254740991),
  -- Another random value whenever the projector changes rows. A number would come again where the database goes back to an
  -- older copy, and caches of rows by their revision would answer with rows that are gone. It does not change with the rows
  -- that commits write: all appends of a store would then wait for each other here.
  revision uuid NOT NULL DEFAULT gen_random_uuid(),
  -- The event before which the last batch stopped, because newer code wrote it than the code that met it.
  newer jsonb,
  -- The definition in place of the generation's, once added event types are read up to the checkpoint.
  definition text,
  -- How far event types are read that a process or consumer has been given in addition, and its definition with them.
  addition jsonb,
  -- Smoothed rate in events per second.
  rate float8 NOT NULL DEFAULT 0,
  -- When the checkpoint was last saved. Projectors write this table, and a client can hold no other times.
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
    CHECK (updated_at >= '0001-01-01T00:00:00Z' AND updated_at < '10000-01-01T00:00:00Z'),
  PRIMARY KEY (generation, "partition")
)
-- Most of each page stays free, so that the next checkpoint fits on the same page and changes no index (a HOT update).
WITH (fillfactor = 20)
