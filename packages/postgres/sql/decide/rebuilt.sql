-- A state that was folded from a stream.
CREATE TYPE refold.rebuilt AS (
  -- The version of the last event in the state; 0 without events. position and recorded_at are of the same event; NULL
  -- without events.
  version bigint,
  "position" bigint,
  recorded_at timestamptz,
  state jsonb,
  -- The version of the snapshot that the fold started from; 0 without one.
  snapshot_version bigint,
  -- The number of events folded after the snapshot.
  events bigint
)
