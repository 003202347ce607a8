-- Fails if a commit with guards (writes without events) breaks a rule: it must have an event, a guard must expect a version,
-- and the snapshot must be current. Under REPEATABLE READ and SERIALIZABLE the snapshot of the transaction may be older, and no
-- index refuses a commit whose guard does not hold any more.
CREATE FUNCTION refold.check_guards(expected bigint[], event_counts int[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF 0 = ALL (event_counts) THEN
    RAISE EXCEPTION 'a commit must have at least one event' USING ERRCODE = 'invalid_parameter_value';
  ELSIF EXISTS (SELECT FROM unnest(expected, event_counts) AS w(expected, events) WHERE w.events = 0 AND w.expected = -1) THEN
    RAISE EXCEPTION 'a write without events must expect a version' USING ERRCODE = 'invalid_parameter_value';
  ELSIF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
    RAISE EXCEPTION 'a write without events cannot be checked under %', upper(current_setting('transaction_isolation'))
      USING ERRCODE = 'feature_not_supported', HINT = 'Use READ COMMITTED.';
  END IF;
END
$$
