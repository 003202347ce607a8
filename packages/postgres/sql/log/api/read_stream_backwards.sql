-- The events of a stream, the last one first.
--   before       the version before which to begin: that of the last event of the previous page; NULL = at the end
--   max_count    the maximum number of events; 1 gives the last event of the stream
-- Refuses with 22023 an argument that breaks a rule (see read_stream). Inlined into the query that calls it, as read_stream is.
CREATE FUNCTION refold.read_stream_backwards(stream text, before bigint DEFAULT NULL, max_count bigint DEFAULT NULL)
RETURNS SETOF refold.event_store LANGUAGE sql STABLE AS $$
SELECT e.* FROM refold.event_store AS e
WHERE e.stream = read_stream_backwards.stream
  AND (read_stream_backwards.before IS NULL OR e.version < read_stream_backwards.before)
ORDER BY e.version DESC
LIMIT refold.check_stream_read(
  read_stream_backwards.stream, NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::timestamptz,
  read_stream_backwards.max_count, read_stream_backwards.before
)
$$
