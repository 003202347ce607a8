-- Every kept state of an account, one row each, in the form in which it is kept:
--   balance_projection, balances   rows of the projections in SQL
--   typescript_row                 rows of the live generation of the projection "balances" of TypeScript, where there is
--                                  one (Balances.ts, version 2)
--   snapshot                       the snapshots that today's code can use, from either language
-- A function and not a view, because the name of a generation's table contains its number.
CREATE FUNCTION ledger.kept_states()
RETURNS TABLE (kind text, stream text, version bigint, kept jsonb) LANGUAGE plpgsql STABLE AS $$
DECLARE
  rows_table text;
BEGIN
  RETURN QUERY SELECT 'balance_projection', 'account-' || p.aggregate_id, p.version,
    to_jsonb(p) - '{aggregate_id,version}'::text[]
  FROM ledger.balance_projection p;
  RETURN QUERY SELECT 'balances', 'account-' || b.aggregate_id, b.version,
    jsonb_build_object('position', b."position", 'recorded_at', b.recorded_at, 'state', b.state)
  FROM ledger.balances b;
  RETURN QUERY SELECT 'snapshot', s.stream, s.version,
    jsonb_build_object('position', s."position", 'recorded_at', s.recorded_at, 'state', s.state)
  FROM refold.event_snapshots s WHERE s.view = :'account_snapshots' AND s.fingerprint = :'account_fingerprint';
  SELECT 'rows_' || g.id INTO rows_table FROM refold.projection_generations g
  WHERE g.projection = 'balances' AND g.version = 2 AND g.status = 'Live' AND NOT g.has_tables
    AND to_regclass('refold_rows.rows_' || g.id) IS NOT NULL;
  IF rows_table IS NOT NULL THEN
    RETURN QUERY EXECUTE format($rows$
      SELECT 'typescript_row', r.key::text, r.version, jsonb_build_object('position', r."position", 'state', r.state)
      FROM refold_rows.%I r
    $rows$, rows_table);
  END IF;
END
$$
