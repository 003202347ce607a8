-- Serialises writers per stream (and per idempotency key) until the end of the transaction: what is checked after the
-- lock holds until the commit, and within a stream the order of versions is the order of positions. Locks are taken in
-- one sorted order, so that two batches cannot deadlock. Advisory locks rather than a row per stream: no table to
-- update, and a stream can be locked before it exists. Two names with the same hash merely wait needlessly. Returns
-- false if wait = false and another transaction holds one of them.
CREATE FUNCTION refold.lock_streams(streams text[], keys text[], wait boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  store CONSTANT bigint := 'refold.event_position'::regclass::oid::bigint;
  hash bigint;
BEGIN
  -- The common case, without the sort: one stream, no key.
  IF wait AND cardinality(streams) = 1 AND keys = ARRAY[''] THEN
    PERFORM pg_advisory_xact_lock(hashtextextended(streams[1], store));
    RETURN true;
  END IF;
  FOR hash IN
    SELECT hashtextextended(stream, store) FROM unnest(streams) AS stream
    UNION
    SELECT hashtextextended(key, -store) FROM unnest(keys) AS key WHERE key <> ''
    ORDER BY 1
  LOOP
    IF wait THEN
      PERFORM pg_advisory_xact_lock(hash);
    ELSIF NOT pg_try_advisory_xact_lock(hash) THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END
$$
