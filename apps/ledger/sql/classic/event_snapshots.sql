-- The snapshots of the accounts. They are derived from events and may be deleted at any time.
CREATE VIEW ledger.event_snapshots AS
SELECT
  substr(s.stream, 9) AS aggregate_id,
  'account'::text AS aggregate_type,
  s.version,
  s.state,
  s.recorded_at AS created_at,
  s."position",
  -- Whether today's code can use it; an unusable snapshot is ignored and replaced.
  s.fingerprint = :'account_fingerprint' AS is_current
FROM refold.event_snapshots AS s
WHERE s.view = :'account_snapshots' AND s.stream LIKE 'account-%'
