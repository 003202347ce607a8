-- Serialises writers per stream (and per idempotency key) until the end of the transaction: what is checked after the
-- lock holds until the commit, and within a stream the order of versions is the order of positions. Locks are taken in
-- sorted order, so that two batches cannot deadlock. Advisory locks rather than a row per stream: no table to
-- update, and a stream can be locked before it exists. Two names with the same hash only wait needlessly. Returns
-- false if wait = false and another transaction holds one of them.
--   event_counts   per stream, if given: a stream with 0 is only guarded, and its lock is shared. Each lock is taken once,
--                  in its strongest mode: two transactions that share a lock and then both upgrade it would deadlock.
CREATE FUNCTION refold.lock_streams(streams text[], keys text[], wait boolean, event_counts int[] DEFAULT NULL)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  store CONSTANT bigint := 'refold.event_position'::regclass::oid::bigint;
  hash bigint;
  is_written boolean;
BEGIN
  -- The common case, without the sort: one stream, no key.
  IF wait AND cardinality(streams) = 1 AND keys = ARRAY[''] THEN
    IF NOT pg_try_advisory_xact_lock(hashtextextended(streams[1], store)) THEN
      PERFORM refold.wait_for_lock(hashtextextended(streams[1], store), false, false);
    END IF;
    RETURN true;
  END IF;
  FOR hash, is_written IN
    SELECT l.hash, bool_or(l.is_written) FROM (
      SELECT hashtextextended(w.stream, store), coalesce(w.events, 1) > 0
      FROM unnest(streams, event_counts) AS w(stream, events)
      UNION ALL
      SELECT hashtextextended(key, -store), true FROM unnest(keys) AS key WHERE key <> ''
    ) AS l(hash, is_written)
    GROUP BY l.hash
    ORDER BY l.hash
  LOOP
    IF is_written AND NOT pg_try_advisory_xact_lock(hash)
      OR NOT is_written AND NOT pg_try_advisory_xact_lock_shared(hash)
    THEN
      IF NOT wait THEN
        RETURN false;
      END IF;
      PERFORM refold.wait_for_lock(hash, NOT is_written, false);
    END IF;
  END LOOP;
  RETURN true;
END
$$
