-- Each kept state against the fold of the events up to its version. One pass: fold_account as a window function has the
-- state after each event, and only those that are compared are kept. Streams are folded one after another, so memory
-- holds the kept states and not the log.
-- States beyond an unreadable event are not compared: their expected value is unknown. With stale = true, correct
-- states that are behind are reported too.
CREATE FUNCTION ledger.state_problems(stale boolean)
RETURNS TABLE (problem text, stream text, version bigint, expected jsonb, found jsonb) LANGUAGE sql STABLE AS $$
WITH compared AS MATERIALIZED (
  SELECT kind, stream, e.last, e.readable, e.owed, k.version, k.kept, coalesce(e.leaves_out, false) AS leaves_out
  FROM ledger.account_ends e FULL JOIN ledger.kept_states() k USING (kind, stream)
), wanted AS (
  SELECT DISTINCT c.stream, c.leaves_out, coalesce(c.version, c.owed) AS version
  FROM compared c WHERE coalesce(c.version, c.owed) <= c.readable
), histories AS (
  SELECT w.stream, w.leaves_out, max(w.version) AS until FROM wanted w GROUP BY w.stream, w.leaves_out
), folded AS MATERIALIZED (
  SELECT f.* FROM (
    SELECT e.stream, h.leaves_out, e.version, e."position", e.recorded_at,
      ledger.fold_account(ledger.initial_account(), e) OVER (
        PARTITION BY e.stream, h.leaves_out ORDER BY e.version ROWS UNBOUNDED PRECEDING
      ) AS state
    FROM histories h JOIN refold.event_store e ON e.stream = h.stream AND e.version <= h.until
    WHERE NOT (h.leaves_out AND EXISTS (
      SELECT FROM refold.discarded_events d WHERE d.projection = 'balances' AND d."position" = e."position"
    ))
  ) AS f
  JOIN wanted w ON w.stream = f.stream AND w.leaves_out = f.leaves_out AND w.version = f.version
), judged AS (
  SELECT c.*, coalesce(c.version, c.owed) AS at,
    CASE WHEN f.state IS NOT NULL THEN ledger.kept_as(c.kind, f.state, f."position", f.recorded_at) END AS expected
  FROM compared c
  LEFT JOIN folded f ON f.stream = c.stream AND f.leaves_out = c.leaves_out AND f.version = coalesce(c.version, c.owed)
)
SELECT j.kind || '_' || p.problem, j.stream, coalesce(j.at, j.readable),
  CASE p.problem
    WHEN 'ahead' THEN jsonb_build_object('version', j.last)
    WHEN 'behind' THEN jsonb_build_object('version', j.owed)
    WHEN 'stale' THEN jsonb_build_object('version', j.readable)
    ELSE j.expected
  END,
  CASE WHEN p.problem IN ('behind', 'stale') THEN jsonb_build_object('version', coalesce(j.version, 0)) ELSE j.kept END
FROM judged j
CROSS JOIN LATERAL (
  SELECT CASE
    WHEN j.last IS NULL THEN 'surplus'
    WHEN j.version > j.last THEN 'ahead'
    WHEN j.kept IS NULL AND j.owed IS NOT NULL THEN 'missing'
    WHEN j.version <= j.readable AND j.kept IS DISTINCT FROM j.expected THEN 'differs'
    WHEN j.version < j.owed THEN 'behind'
    WHEN stale AND j.kind <> 'snapshot' AND coalesce(j.version, 0) < j.readable THEN 'stale'
  END AS problem
) AS p
WHERE p.problem IS NOT NULL
$$
