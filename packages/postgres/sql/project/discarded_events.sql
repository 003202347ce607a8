-- Events that a projection leaves out, and why. Under the projection's name rather than a generation: a decision holds
-- for every later rebuild.
CREATE TABLE refold.discarded_events (
  projection text NOT NULL CHECK (char_length(projection) BETWEEN 1 AND 255),
  "position" bigint NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  reason text NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- In the order in which batches read.
  PRIMARY KEY (projection, "position")
)
