-- Whether a legacy table's changes are being captured.
SELECT count(*) = 2 AS captured FROM pg_trigger g
WHERE g.tgrelid = to_regclass(:relation::text) AND g.tgenabled = 'A'
  AND g.tgname IN (refold.legacy_trigger(:id::int, 'capture'), refold.legacy_trigger(:id::int, 'truncate'))
