-- A cache of folds: it may be emptied at any time without changing a result.
CREATE TABLE refold.event_snapshots (
  stream text NOT NULL,
  view text NOT NULL,
  -- Identifies the code and schemas that made the state; a reader with another fingerprint ignores the row.
  fingerprint text NOT NULL,
  -- The last event in the state: a load as of a past point uses the snapshot only if that point includes this event.
  version bigint NOT NULL CHECK (version >= 1),
  -- A snapshot is only used while this event is stored at this version: a program that outlived a loss of events, as after
  -- a fail-over to a lagging standby, may save a state of events that are gone.
  event_id uuid NOT NULL,
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  state jsonb NOT NULL,
  -- The latest only. Without the fingerprint, so that a snapshot with a new one replaces the row instead of adding one.
  PRIMARY KEY (stream, view)
)
