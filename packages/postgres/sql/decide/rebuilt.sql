-- A state that was folded from a stream.
CREATE TYPE refold.rebuilt AS (
  -- Of the last event in the state, as are position and recorded_at; 0 and NULL where there is none.
  version bigint,
  "position" bigint,
  recorded_at timestamptz,
  state jsonb,
  -- The version of the snapshot that it began with; 0 where it began with nothing.
  snapshot_version bigint,
  -- How many events were folded after the snapshot.
  events bigint
)
