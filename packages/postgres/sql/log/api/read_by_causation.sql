-- The events that the event or command with this id directly caused, in global order, up to the head.
--   causation_id   compared with the field "causationId" of the metadata
--   after          the position after which to begin
--   max_count      the maximum number of events; use it with after to read in pages
-- Refuses what read_all refuses, and NULL as the id.
CREATE FUNCTION refold.read_by_causation(causation_id text, after bigint DEFAULT 0, max_count bigint DEFAULT NULL)
RETURNS SETOF refold.event_store LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head bigint;
BEGIN
  PERFORM refold.check_log_read(
    read_by_causation.after, max_count, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::text[], NULL::text[]
  );
  PERFORM refold.check_id('causation_id', causation_id);
  head := refold.checked_head();
  RETURN QUERY
  SELECT e.* FROM refold.event_store AS e
  WHERE hashtextextended(e.metadata ->> 'causationId', 0) = hashtextextended(causation_id, 0)
    AND e.metadata ->> 'causationId' = causation_id
    AND e."position" > coalesce(read_by_causation.after, 0) AND e."position" <= head
  ORDER BY e."position"
  LIMIT max_count;
END
$$
