-- Stores a checked commit and answers as append_commit does. Omitted ids, times and expected versions get their defaults.
-- Under REPEATABLE READ another writer may have stored events that this transaction cannot see. Only an index then refuses
-- the insert, and that error is replaced by one with the reason. READ COMMITTED has no such handler, because its
-- subtransaction would slow every append.
CREATE FUNCTION refold.store_commit(
  key text, fingerprint text, never_expires boolean, streams text[], expected bigint[], event_counts int[],
  event_ids uuid[], event_types text[], event_schema_versions smallint[], event_data jsonb[], event_metadata jsonb[],
  event_occurred_at timestamptz[], last_event_ids text[]
) RETURNS SETOF refold.append_answer LANGUAGE plpgsql AS $$
DECLARE
  now_in_millis CONSTANT timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  FOR write IN 1 .. cardinality(streams) LOOP
    expected[write] := coalesce(expected[write], -1);
    last_event_ids[write] := lower(last_event_ids[write]);
  END LOOP;
  FOR event IN 1 .. cardinality(event_ids) LOOP
    event_ids[event] := coalesce(event_ids[event], refold.new_event_id());
    -- Every adapter keeps milliseconds.
    event_occurred_at[event] := coalesce(date_trunc('milliseconds', event_occurred_at[event]), now_in_millis);
  END LOOP;
  IF current_setting('transaction_isolation') = 'read committed' THEN
    RETURN QUERY SELECT (a.answer).* FROM refold.append_events(
      ARRAY[coalesce(key, '')], ARRAY[coalesce('given:' || fingerprint, '')], ARRAY[cardinality(streams)], streams,
      expected, event_counts, event_ids, event_types, event_schema_versions, event_data, event_metadata,
      event_occurred_at, true, ARRAY[never_expires], last_event_ids, false, 0
    ) AS a;
  ELSE
    BEGIN
      RETURN QUERY SELECT (a.answer).* FROM refold.append_events(
        ARRAY[coalesce(key, '')], ARRAY[coalesce('given:' || fingerprint, '')], ARRAY[cardinality(streams)], streams,
        expected, event_counts, event_ids, event_types, event_schema_versions, event_data, event_metadata,
        event_occurred_at, true, ARRAY[never_expires], last_event_ids, false, 0
      ) AS a;
    EXCEPTION WHEN unique_violation THEN
      RAISE EXCEPTION 'another transaction appended to the stream first, and this transaction cannot see it'
        USING ERRCODE = 'serialization_failure', HINT = 'Retry the transaction, or use READ COMMITTED.';
    END;
  END IF;
END
$$
