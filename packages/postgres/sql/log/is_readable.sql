-- Whether a reader can read an event, for the table's check: callers of append_events, and its owner, may give it values that
-- no client has checked. The rules are those of stream_problem, name_problem and event_problem, which say what is wrong.
-- plpgsql, because it keeps its plan: checks that are written out, or functions in SQL, are planned again for each INSERT,
-- which takes up to as long as the append. json_problem is asked only where the text has a run of digits that a double may
-- not hold, an escaped key that may be of one character, or many levels. Microseconds are allowed: drivers compute the binary
-- form of a time in doubles, which is not exact for far years, and readers round.
CREATE FUNCTION refold.is_readable(
  stream text, type text, schema_version smallint, data jsonb, metadata jsonb, occurred_at timestamptz
) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN
    stream ~ '^[^-]+-.' AND type <> '' AND schema_version > 0
    AND refold.character_problem(stream) IS NULL AND refold.character_problem(type) IS NULL
    AND (octet_length(stream) <= 255 AND octet_length(type) <= 255
      OR NOT refold.is_too_long(stream) AND NOT refold.is_too_long(type))
    AND occurred_at >= '0001-01-01T00:00:00Z' AND occurred_at < '10000-01-01T00:00:00Z'
    AND jsonb_typeof(metadata) = 'object'
    AND coalesce(jsonb_typeof(metadata -> 'correlationId'), 'string') = 'string'
    AND coalesce(jsonb_typeof(metadata -> 'causationId'), 'string') = 'string'
    AND coalesce(jsonb_typeof(metadata -> 'actor'), 'string') = 'string'
    AND (data::text || metadata::text !~ '[0-9.]{16}|"\\.[^"]{0,4}":'
        AND NOT jsonb_path_exists(data, 'strict $.**{511}') AND NOT jsonb_path_exists(metadata, 'strict $.**{511}')
      OR refold.json_problem(data) IS NULL AND refold.json_problem(metadata) IS NULL);
END
$$
