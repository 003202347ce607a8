-- The last versions of each account for each kind of kept state: the last stored version; the last before any
-- unreadable event; and the one that a row must have reached (see coverage). Rows of TypeScript need not hold parked
-- events, and never hold discarded ones.
CREATE VIEW ledger.account_ends AS
WITH readable AS MATERIALIZED (
  SELECT f.stream, max(f.version) AS last,
    min(f.version) FILTER (WHERE NOT f.is_readable) AS unreadable,
    min(f.version) FILTER (WHERE NOT f.is_readable AND d."position" IS NULL) AS unreadable_left,
    bool_or(d."position" IS NOT NULL) AS has_discarded
  FROM ledger.account_facts f
  LEFT JOIN refold.discarded_events d ON d.projection = 'balances' AND d."position" = f."position"
  GROUP BY f.stream
), ends AS (
  SELECT c.kind, c."position", c.generation, r.stream, r.last,
    c.kind = 'typescript_row' AND r.has_discarded AS leaves_out,
    coalesce(CASE c.kind WHEN 'typescript_row' THEN r.unreadable_left ELSE r.unreadable END - 1, r.last) AS readable
  FROM readable r CROSS JOIN ledger.coverage c
)
SELECT n.kind, n.stream, n.last, n.readable, n.leaves_out,
  (
    SELECT e.version FROM refold.event_store e
    WHERE e.stream = n.stream AND e."position" <= n."position" AND e.version <= n.readable
      AND (p.version IS NULL OR e.version < p.version)
      AND NOT (n.leaves_out AND EXISTS (
        SELECT FROM refold.discarded_events d WHERE d.projection = 'balances' AND d."position" = e."position"
      ))
    ORDER BY e.version DESC LIMIT 1
  ) AS owed
FROM ends n
LEFT JOIN refold.parked_streams p ON p.generation = n.generation AND p.stream = n.stream
