-- The event ids of a batch that are stored already or that repeat one of the same commit, in the order of the input.
--   write_commits   per write: its commit
--   event_writes    per event: its write
CREATE FUNCTION refold.known_event_ids(write_commits int[], event_writes int[], event_ids uuid[])
RETURNS TABLE (commit int, id uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT e.commit, e.id FROM (
    SELECT write_commits[e.write] AS commit, e.id, e.number,
      row_number() OVER (PARTITION BY write_commits[e.write], e.id ORDER BY e.number) AS copy
    FROM unnest(event_ids, event_writes) WITH ORDINALITY AS e(id, write, number)
  ) AS e
  LEFT JOIN LATERAL (SELECT true AS known FROM refold.event_store s WHERE s.event_id = e.id LIMIT 1) AS s ON true
  WHERE e.copy > 1 OR s.known
  ORDER BY e.number;
END
$$
