-- A cache of folds: it may be emptied at any time without changing a result. Writers write it, so the checks keep out what a
-- client cannot hold: numbers above 2^53 - 1 and times without end.
CREATE TABLE refold.event_snapshots (
  stream text NOT NULL,
  view text NOT NULL,
  -- Identifies the code and schemas that made the state; a reader with another fingerprint ignores the row.
  fingerprint text NOT NULL,
  -- The last event in the state: a load as of a past point uses the snapshot only if that point includes this event.
  version bigint NOT NULL CHECK (version BETWEEN 1 AND 9007199254740991),
  -- A snapshot is only used while this event is stored at this version: a program that outlived a loss of events, as after
  -- a fail-over to a lagging standby, may save a state of events that are gone.
  event_id uuid NOT NULL,
  "position" bigint NOT NULL CHECK ("position" BETWEEN 0 AND 9007199254740991),
  recorded_at timestamptz NOT NULL CHECK (recorded_at >= '0001-01-01T00:00:00Z' AND recorded_at < '10000-01-01T00:00:00Z'),
  state jsonb NOT NULL,
  -- The latest only. Without the fingerprint, so that a snapshot with a new one replaces the row instead of adding one.
  PRIMARY KEY (stream, view)
)
