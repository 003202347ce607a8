-- The partitions of a generation, numbered from 0: each has a checkpoint, and the lock of its row is its ownership. Separate from
-- projection_generations, because rows, definition and status belong to all partitions of a generation.
CREATE TABLE refold.projection_partitions (
  generation int NOT NULL REFERENCES refold.projection_generations ON DELETE CASCADE,
  "partition" int NOT NULL CHECK ("partition" BETWEEN 0 AND 9999),
  -- All its events up to this position are in the rows, parked or discarded. No index, because it changes with every batch.
  checkpoint bigint NOT NULL DEFAULT 0 CHECK (checkpoint BETWEEN 0 AND 9007199254740991),
  -- A new random value whenever the projector changes rows. A number would repeat if the database goes back to an older copy,
  -- and caches of rows by their revision would return lost rows. Rows written by commits do not change it: otherwise all appends
  -- of a store would wait for each other here.
  revision uuid NOT NULL DEFAULT gen_random_uuid(),
  -- The event before which the last batch stopped, because newer code than the projector's wrote it.
  newer jsonb,
  -- The definition that replaces the generation's once added event types are read up to the checkpoint.
  definition text,
  -- The checkpoint of event types that are being added to a process or consumer, and its definition with them.
  addition jsonb,
  -- Smoothed rate in events per second.
  rate float8 NOT NULL DEFAULT 0,
  -- When the checkpoint was last saved. Projectors write this table, and a client cannot hold other times.
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
    CHECK (updated_at >= '0001-01-01T00:00:00Z' AND updated_at < '10000-01-01T00:00:00Z'),
  PRIMARY KEY (generation, "partition")
)
-- Most of each page stays free, so that the next checkpoint fits on the same page and changes no index (a HOT update).
WITH (fillfactor = 20)
