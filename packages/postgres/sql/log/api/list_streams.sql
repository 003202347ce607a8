-- A page of the streams that have events, in the order of the bytes of their names, each with its last event.
--   category     only streams whose names begin with it and a dash; NULL = all
--   after        the name after which to begin: the last one of the previous page; a stream with this name need not exist
--   max_count    the maximum number of streams, up to 1000; NULL = 1000
-- Refuses with 22023 an argument that breaks a rule. Two lookups in the index on (stream, version) for each stream: the next
-- name, and its last event. DISTINCT or GROUP BY would read every event.
CREATE FUNCTION refold.list_streams(category text DEFAULT NULL, after text DEFAULT NULL, max_count bigint DEFAULT 1000)
RETURNS TABLE (stream text, version bigint, "position" bigint, recorded_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
  -- The dot is the byte after the dash.
  name_end CONSTANT text := list_streams.category || '.';
  name text COLLATE "C" := coalesce(list_streams.after, '');
BEGIN
  PERFORM refold.check_stream_list(list_streams.category, list_streams.after, list_streams.max_count);
  IF list_streams.category IS NOT NULL THEN
    name := greatest(name, list_streams.category || '-');
  END IF;
  FOR listed IN 1 .. coalesce(list_streams.max_count, 1000) LOOP
    SELECT e.stream INTO name FROM refold.event_store AS e WHERE e.stream > name ORDER BY e.stream, e.version LIMIT 1;
    -- Not a condition of the query, which would then scan past the end of the category.
    EXIT WHEN name IS NULL OR name >= name_end;
    RETURN QUERY
    SELECT e.stream, e.version, e."position", e.recorded_at FROM refold.event_store AS e
    WHERE e.stream = name ORDER BY e.version DESC LIMIT 1;
  END LOOP;
END
$$
