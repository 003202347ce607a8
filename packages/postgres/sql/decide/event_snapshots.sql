-- A cache of folds: emptying it never changes a result. Roles that write events also write this table, so the checks refuse
-- values that a client cannot hold: numbers above 2^53 - 1 and infinite times.
CREATE TABLE refold.event_snapshots (
  stream text NOT NULL,
  view text NOT NULL,
  -- Identifies the code and schemas that made the state; a reader with another fingerprint ignores the row.
  fingerprint text NOT NULL,
  -- The last event in the state: a load as of a past point uses the snapshot only if that point includes this event.
  version bigint NOT NULL CHECK (version BETWEEN 1 AND 9007199254740991),
  -- A snapshot is used only while this event is stored at this version. After a loss of events, for example a fail-over to a
  -- lagging standby, a program that kept running may save a state that includes lost events.
  event_id uuid NOT NULL,
  "position" bigint NOT NULL CHECK ("position" BETWEEN 0 AND 9007199254740991),
  recorded_at timestamptz NOT NULL CHECK (recorded_at >= '0001-01-01T00:00:00Z' AND recorded_at < '10000-01-01T00:00:00Z'),
  state jsonb NOT NULL,
  -- Only the latest. The key excludes the fingerprint, so that a snapshot with a new one replaces the row instead of adding one.
  PRIMARY KEY (stream, view)
)
