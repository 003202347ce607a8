-- Events that a projection leaves out, and why. Under the projection's name rather than a generation: what was decided
-- once holds for every later filling.
CREATE TABLE refold.discarded_events (
  projection text NOT NULL CHECK (char_length(projection) BETWEEN 1 AND 255),
  "position" bigint NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL CHECK (version >= 1),
  reason text NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- In the order in which batches go by.
  PRIMARY KEY (projection, "position")
)
