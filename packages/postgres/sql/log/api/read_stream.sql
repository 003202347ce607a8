-- The events of a stream in their order.
--   after               the version after which to begin
--   as_of_version       the last version; likewise as_of_position and as_of_recorded_at: the stream as it was then, a
--                       prefix of it. as_of_occurred_at is a filter, because occurred_at may be back-dated.
--   max_count           the maximum number of events
-- Refuses with 22023 what TypeScript refuses: a name that no stream can have, NULL included, and numbers below 0.
-- Plain SQL and STABLE, so that PostgreSQL inlines it into the query that calls it and uses the index.
CREATE FUNCTION refold.read_stream(
  stream text, after bigint DEFAULT 0,
  as_of_version bigint DEFAULT NULL, as_of_position bigint DEFAULT NULL,
  as_of_recorded_at timestamptz DEFAULT NULL, as_of_occurred_at timestamptz DEFAULT NULL,
  max_count bigint DEFAULT NULL
) RETURNS SETOF refold.event_store LANGUAGE sql STABLE AS $$
SELECT e.* FROM refold.event_store AS e
WHERE e.stream = read_stream.stream AND e.version > coalesce(read_stream.after, 0)
  AND (as_of_version IS NULL OR e.version <= as_of_version)
  AND (as_of_position IS NULL OR e."position" <= as_of_position)
  AND (as_of_recorded_at IS NULL OR e.recorded_at <= as_of_recorded_at)
  AND (as_of_occurred_at IS NULL OR e.occurred_at <= as_of_occurred_at)
ORDER BY e.version
LIMIT refold.check_stream_read(
  read_stream.stream, read_stream.after, as_of_version, as_of_position, as_of_recorded_at, as_of_occurred_at, max_count
)
$$
