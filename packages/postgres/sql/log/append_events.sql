-- Appends a batch of independent commits and answers each by rows of its own (see append_commit for the outcomes): a
-- refused commit does not affect the others. Only this function, append_batch, append_single_events and append_one_event
-- write events: callers need EXECUTE on them, and no INSERT on the table.
--   keys, fingerprints, write_counts        per commit: its idempotency key and fingerprint ('' = none), the number of its
--                                           writes
--   streams, expected, event_counts, event_*   as in append_commit, for the commits one after the other
--   never_expire                            per commit: whether its key is exempt from expiry; no array = none is
--   last_event_ids                          as in append_commit; no array = none is checked
--   shared_guards                           whether a stream that is only guarded gets a shared lock. Only for a transaction
--                                           that ends with this call: a later write to the stream would have to upgrade the
--                                           lock, and two such transactions would deadlock.
--   max_wait                                the maximum wait for a lock, in milliseconds (see wait_for_lock); 0 = the
--                                           session's lock_timeout
-- With wait = false, a commit to a stream that another transaction is writing to is answered "busy" and not tried.
-- Parallel arrays, because parsing one jsonb document costs more than the inserts.
CREATE FUNCTION refold.append_events(
  keys text[], fingerprints text[], write_counts int[],
  streams text[], expected bigint[], event_counts int[],
  event_ids uuid[], event_types text[], event_schema_versions smallint[], event_data jsonb[], event_metadata jsonb[],
  event_occurred_at timestamptz[],
  wait boolean DEFAULT true,
  never_expire boolean[] DEFAULT NULL,
  last_event_ids text[] DEFAULT NULL,
  shared_guards boolean DEFAULT false,
  max_wait int DEFAULT 0
) RETURNS TABLE (commit int, answer refold.append_answer)
-- The search_path is pinned so that a caller cannot replace an object by another of the same name.
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  w int := 1; -- the first write and event of the commit, then the last ones
  e int := 1;
  last_w int;
  last_e int;
BEGIN
  IF (0 < ALL (write_counts) AND 0 <= ALL (event_counts) AND -2 <= ALL (expected)) IS NOT TRUE THEN
    RAISE EXCEPTION 'each commit must have a write, counts must not be negative, and versions not below -2'
      USING ERRCODE = 'invalid_parameter_value';
  -- Each stream takes a lock in the lock table, which all sessions of the server share.
  ELSIF 1000 < ANY (write_counts) THEN
    PERFORM refold.refuse_input(refold.problem('writes'::text, 'must not have more than 1000 elements'::text));
  END IF;
  IF max_wait > 0 THEN
    PERFORM set_config('refold_store.max_wait', max_wait::text, true);
  END IF;
  IF wait THEN
    PERFORM refold.lock_streams(streams, keys, true, CASE WHEN shared_guards THEN event_counts END);
  END IF;
  FOR c IN 1 .. cardinality(keys) LOOP
    last_w := w + write_counts[c] - 1;
    last_e := e - 1 + (SELECT sum(n) FROM unnest(event_counts[w:last_w]) AS n);
    IF wait OR refold.lock_streams(
      streams[w:last_w], keys[c:c], false, CASE WHEN shared_guards THEN event_counts[w:last_w] END
    ) THEN
      RETURN QUERY SELECT c, a FROM refold.append_commit(
        keys[c], fingerprints[c], streams[w:last_w], expected[w:last_w], event_counts[w:last_w],
        event_ids[e:last_e], event_types[e:last_e], event_schema_versions[e:last_e], event_data[e:last_e],
        event_metadata[e:last_e], event_occurred_at[e:last_e], coalesce(never_expire[c], false), last_event_ids[w:last_w]
      ) AS a;
    ELSE
      commit := c;
      answer := ROW('busy', NULL, NULL, NULL, NULL, NULL, NULL)::refold.append_answer;
      RETURN NEXT;
    END IF;
    w := last_w + 1;
    e := last_e + 1;
  END LOOP;
  -- Missing elements of a short array would be read as NULL, and surplus elements of a long one ignored.
  IF (
    w - 1 = ALL (ARRAY[cardinality(streams), cardinality(expected), cardinality(event_counts)])
    AND e - 1 = ALL (ARRAY[
      cardinality(event_ids), cardinality(event_types), cardinality(event_schema_versions), cardinality(event_data),
      cardinality(event_metadata), cardinality(event_occurred_at)
    ])
  ) IS NOT TRUE
  THEN
    RAISE EXCEPTION 'the arrays must have one element per commit, write or event' USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
$$
