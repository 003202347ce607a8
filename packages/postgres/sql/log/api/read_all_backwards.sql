-- The events of all streams up to the head, the last one first.
--   before       the position before which to begin: that of the last event of the previous page; NULL = at the head
--   types        only these types, under their stored names; NULL = all
--   categories   only streams whose names begin with one of these and a dash; NULL = all
--   max_count    the maximum number of events; with one type, 1 gives the last event of the type
-- Refuses what read_all refuses. Reads the log until it has found enough events: for a rare type that may be the whole log.
CREATE FUNCTION refold.read_all_backwards(
  before bigint DEFAULT NULL, types text[] DEFAULT NULL, categories text[] DEFAULT NULL, max_count bigint DEFAULT NULL
) RETURNS SETOF refold.event_store LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head bigint;
BEGIN
  PERFORM refold.check_log_read(
    NULL::bigint, max_count, NULL::bigint, NULL::timestamptz, NULL::timestamptz, read_all_backwards.types,
    read_all_backwards.categories, read_all_backwards.before
  );
  head := refold.checked_head();
  RETURN QUERY
  SELECT e.* FROM refold.event_store AS e
  WHERE e."position" <= head
    AND (read_all_backwards.before IS NULL OR e."position" < read_all_backwards.before)
    AND (read_all_backwards.types IS NULL OR e.type = ANY (read_all_backwards.types))
    AND (read_all_backwards.categories IS NULL OR split_part(e.stream, '-', 1) = ANY (read_all_backwards.categories))
  ORDER BY e."position" DESC
  LIMIT read_all_backwards.max_count;
END
$$
