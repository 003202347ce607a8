-- Fails if the arrays of a batch do not match in length, or if commits of the batch would interfere with each other (see
-- append_batch). The sizes are those of the arrays per write and per event.
CREATE FUNCTION refold.check_batch(
  write_counts int[], streams text[], expected bigint[], event_counts int[], write_sizes int[], event_sizes int[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- Missing elements of a short array would be read as NULL, and surplus elements of a long one ignored.
  IF (
    0 < ALL (write_counts) AND 0 <= ALL (event_counts) AND -2 <= ALL (expected)
    AND (SELECT coalesce(sum(n), 0) FROM unnest(write_counts) AS n) = ALL (cardinality(streams) || write_sizes)
    AND (SELECT coalesce(sum(n), 0) FROM unnest(event_counts) AS n) = ALL (event_sizes)
  ) IS NOT TRUE THEN
    RAISE EXCEPTION 'each commit must have a write, counts must not be negative, versions not below -2, and the arrays must have one element per commit, write or event'
      USING ERRCODE = 'invalid_parameter_value';
  -- Each stream takes a lock in the lock table, which all sessions of the server share.
  ELSIF cardinality(streams) > 1000 THEN
    PERFORM refold.refuse_input(refold.problem('writes'::text, 'must not have more than 1000 elements'::text));
  ELSIF EXISTS (
    SELECT FROM unnest(streams, event_counts) AS w(stream, events) GROUP BY w.stream HAVING count(*) > 1 AND max(w.events) > 0
  ) THEN
    RAISE EXCEPTION 'a stream that a commit writes to must not occur twice in a batch'
      USING ERRCODE = 'invalid_parameter_value';
  ELSIF 0 = ANY (event_counts) THEN
    PERFORM refold.check_guards(array_agg(w.expected), array_agg(w.events))
    FROM unnest(refold.repeat_numbers(write_counts), expected, event_counts) AS w(commit, expected, events)
    GROUP BY w.commit HAVING min(w.events) = 0;
  END IF;
END
$$
