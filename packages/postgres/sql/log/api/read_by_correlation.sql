-- The events with this correlation id, those of one request, in global order, up to the head.
--   correlation_id   compared with the field "correlationId" of the metadata
--   after            the position after which to begin
--   max_count        the maximum number of events; use it with after to read in pages
-- Refuses what read_all refuses, and NULL as the id.
CREATE FUNCTION refold.read_by_correlation(correlation_id text, after bigint DEFAULT 0, max_count bigint DEFAULT NULL)
RETURNS SETOF refold.event_store LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head bigint;
BEGIN
  PERFORM refold.check_log_read(
    read_by_correlation.after, max_count, NULL::bigint, NULL::timestamptz, NULL::timestamptz, NULL::text[], NULL::text[]
  );
  PERFORM refold.check_id('correlation_id', correlation_id);
  head := refold.checked_head();
  RETURN QUERY
  SELECT e.* FROM refold.event_store AS e
  WHERE hashtextextended(e.metadata ->> 'correlationId', 0) = hashtextextended(correlation_id, 0)
    AND e.metadata ->> 'correlationId' = correlation_id
    AND e."position" > coalesce(read_by_correlation.after, 0) AND e."position" <= head
  ORDER BY e."position"
  LIMIT max_count;
END
$$
