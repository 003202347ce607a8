-- The events of all streams in global order, up to the head (see read_head). A reader that continues after the position
-- of the last event misses none, even if another writer commits late.
--   after        the position after which to begin
--   types        only these types, under their stored names; NULL = all
--   categories   only streams whose names begin with one of these and a dash; NULL = all
--   max_count    the maximum number of events; use it with after to read in pages
-- Refuses with 22023 what TypeScript refuses: types and categories that no event can have, and numbers below 0.
-- Refused under REPEATABLE READ and SERIALIZABLE, whose snapshot may be older than the head.
CREATE FUNCTION refold.read_all(
  after bigint DEFAULT 0, types text[] DEFAULT NULL, categories text[] DEFAULT NULL,
  as_of_position bigint DEFAULT NULL, as_of_recorded_at timestamptz DEFAULT NULL, as_of_occurred_at timestamptz DEFAULT NULL,
  max_count bigint DEFAULT NULL
) RETURNS SETOF refold.event_store LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head bigint;
BEGIN
  PERFORM refold.check_log_read(
    read_all.after, max_count, as_of_position, as_of_recorded_at, as_of_occurred_at, read_all.types, read_all.categories
  );
  head := refold.checked_head();
  RETURN QUERY
  SELECT * FROM (
    SELECT e.* FROM refold.event_store AS e
    WHERE e."position" > coalesce(read_all.after, 0)
      AND (read_all.types IS NULL OR e.type = ANY (read_all.types))
      AND (read_all.categories IS NULL OR split_part(e.stream, '-', 1) = ANY (read_all.categories))
      AND (read_all.as_of_position IS NULL OR e."position" <= read_all.as_of_position)
      AND (read_all.as_of_recorded_at IS NULL OR e.recorded_at <= read_all.as_of_recorded_at)
      AND (read_all.as_of_occurred_at IS NULL OR e.occurred_at <= read_all.as_of_occurred_at)
    ORDER BY e."position"
    LIMIT read_all.max_count
  ) AS page
  WHERE page."position" <= head
  ORDER BY page."position";
END
$$
