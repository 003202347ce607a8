-- The number of bytes of an event's data and metadata as JSON text; 2^30 more if a reader cannot read the event, so that a page
-- ends there. For the table's column and its checks: callers of append_events, and the owner of the table, may give values that
-- no client has checked. The rules are those of stream_problem, name_problem and event_problem, which name the broken rule. One
-- function for size and check, because making the text takes longer than matching the patterns. plpgsql, because it caches its
-- plan: a written-out check, or a function in SQL, is planned again for each INSERT, which takes up to as long as the append.
-- json_problem is called only if the text has a run of digits that a double may not hold, an escaped key that may be of one
-- character, or many levels. Microseconds are allowed: drivers compute the binary form of a time in doubles, which is not exact
-- for far years, and readers round. Patterns are escape strings (E''), which mean the same if a caller has set
-- standard_conforming_strings off. The characters of names are those of character_problem, written out, because with calls of it
-- the check took 8 instead of 5 microseconds.
CREATE FUNCTION refold.readable_size(
  stream text, type text, schema_version smallint, data jsonb, metadata jsonb, occurred_at timestamptz
) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  json CONSTANT text := data::text || metadata::text;
BEGIN
  RETURN CASE WHEN
    stream ~ E'^[^-\\u0001-\\u001F\\u007F-\\u009F\\u2028\\u2029]+-[^\\u0001-\\u001F\\u007F-\\u009F\\u2028\\u2029]+$'
    AND type ~ E'^[^\\u0001-\\u001F\\u007F-\\u009F\\u2028\\u2029]+$'
    AND ascii(stream) <> 65279 AND ascii(type) <> 65279 AND schema_version > 0
    AND (octet_length(stream) <= 255 AND octet_length(type) <= 255
      OR NOT refold.is_too_long(stream) AND NOT refold.is_too_long(type))
    AND occurred_at >= '0001-01-01T00:00:00Z' AND occurred_at < '10000-01-01T00:00:00Z'
    AND jsonb_typeof(metadata) = 'object'
    AND coalesce(jsonb_typeof(metadata -> 'correlationId'), 'string') = 'string'
    AND coalesce(jsonb_typeof(metadata -> 'causationId'), 'string') = 'string'
    AND coalesce(jsonb_typeof(metadata -> 'actor'), 'string') = 'string'
    AND (json !~ '[0-9.]{16}' AND (strpos(json, E'\\') = 0 OR json !~ E'"\\\\.[^"]{0,4}":')
        AND NOT jsonb_path_exists(data, 'strict $.**{511}') AND NOT jsonb_path_exists(metadata, 'strict $.**{511}')
      OR refold.json_problem(data) IS NULL AND refold.json_problem(metadata) IS NULL)
    THEN octet_length(json) ELSE octet_length(json) + 1073741824 END;
END
$$
