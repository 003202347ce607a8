-- Whether writes to a legacy table are refused.
SELECT EXISTS (
  SELECT FROM pg_trigger g
  WHERE g.tgrelid = to_regclass(:relation::text) AND g.tgenabled = 'A'
    AND g.tgname = refold.legacy_trigger(:id::int, 'freeze')
) AS frozen
