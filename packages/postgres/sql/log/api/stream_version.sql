-- The number of events in a stream; 0 if it has none.
CREATE FUNCTION refold.stream_version(stream text) RETURNS bigint LANGUAGE sql STABLE AS $$
SELECT coalesce((
  SELECT e.version FROM refold.event_store AS e WHERE e.stream = stream_version.stream
  ORDER BY e.version DESC LIMIT refold.check_stream_read(
    stream_version.stream, NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::timestamptz, 1::bigint
  )
), 0)
$$
