-- The parked streams, each from its poisoned event on. Per generation: a rebuild may be able to fold an event that the old
-- code could not.
CREATE TABLE refold.parked_streams (
  generation int NOT NULL REFERENCES refold.projection_generations ON DELETE CASCADE,
  -- With partitions by key, a stream may be parked in several partitions.
  "partition" int NOT NULL DEFAULT 0,
  stream text NOT NULL,
  version bigint NOT NULL CHECK (version BETWEEN 1 AND 9007199254740991),
  "position" bigint NOT NULL CHECK ("position" BETWEEN 0 AND 9007199254740991),
  type text NOT NULL,
  -- The stage at which folding failed, and why.
  stage text NOT NULL,
  reason text NOT NULL,
  attempts int NOT NULL,
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp()
    CHECK (parked_at >= '0001-01-01T00:00:00Z' AND parked_at < '10000-01-01T00:00:00Z'),
  -- The generation first: batches look for streams of their own generation.
  PRIMARY KEY (generation, stream, "partition")
)
