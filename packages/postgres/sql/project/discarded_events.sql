-- The events that a projection skips, and why. Under the projection's name rather than a generation: a decision also
-- applies to every later rebuild.
CREATE TABLE refold.discarded_events (
  projection text NOT NULL CHECK (char_length(projection) BETWEEN 1 AND 255),
  "position" bigint NOT NULL CHECK ("position" BETWEEN 0 AND 9007199254740991),
  stream text NOT NULL,
  version bigint NOT NULL CHECK (version BETWEEN 1 AND 9007199254740991),
  reason text NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT clock_timestamp()
    CHECK (discarded_at >= '0001-01-01T00:00:00Z' AND discarded_at < '10000-01-01T00:00:00Z'),
  -- In the order in which batches read.
  PRIMARY KEY (projection, "position")
)
