-- A memo of folds: may be emptied at any time without changing an answer.
CREATE TABLE refold.event_snapshots (
  stream text NOT NULL,
  view text NOT NULL,
  -- With which code and schemas the state was made; a reader with another one ignores the row.
  fingerprint text NOT NULL,
  -- The place of the last event in the state: a past point is served from here only where it covers that event.
  version bigint NOT NULL CHECK (version >= 1),
  position bigint NOT NULL,
  recorded_at timestamptz NOT NULL,
  state jsonb NOT NULL,
  -- The latest only. Without the fingerprint, so that a new one takes the old one's row instead of leaving it behind.
  PRIMARY KEY (stream, view)
)
