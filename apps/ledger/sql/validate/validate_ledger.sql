-- Replays all events and reports every difference, one row each; no rows mean no difference: SELECT * FROM
-- ledger.validate_ledger().
--   version_gap, version_order, recorded_at_back   the log itself, in every stream of the store
--   unreadable_event         an account's event of an unknown type or version, or with data that do not fit
--   other_currency           money that is not in the currency of the account
--   <kind>_differs           a kept state is not the fold of the events up to its version
--   <kind>_missing, _behind  a row that is missing or of an earlier version, though later events were folded
--   <kind>_ahead, _surplus   a row of events, or of an account, that does not exist
--   <kind>_stale             correct but behind; only with p_stale = true
--   <kind>_checkpoint        a checkpoint at a position without an event
--   key_without_events       an idempotency key whose answer names events that do not exist, or at other places
-- A kind is balance_projection, balances, typescript_row (rows of handlers and projectors in TypeScript) or snapshot
-- (see kept_states). The columns expected and found hold the right value and the stored one.
-- The result is of one moment, that of the query, so it can run beside writers. It reads and folds the whole log: a
-- million events take 40 to 60 s, with few accounts or with many, and other_currency 5 s more (2026-11-21, PostgreSQL
-- 15.18, 2 shared cores). Data beyond work_mem goes to disk. Runs as its owner; see privileges.sql.
--
-- What it cannot find: changes that no kept state covers. A well-formed event in the account's currency can be added to
-- the end of a stream, or changed there, where no row, snapshot or key covers it; so can fields that no state holds
-- (purposes, reasons, metadata, occurred_at), and events together with everything derived from them. Rows that follow
-- the log and snapshots leave little room for that; a later refresh hides it in balance_projection, but not in the
-- others. States after an unreadable event are not compared until that event is repaired.
CREATE FUNCTION ledger.validate_ledger(p_stale boolean DEFAULT false)
RETURNS TABLE (problem text, aggregate_id text, version bigint, expected jsonb, found jsonb, sentence text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- JIT compilation takes longer than most ledgers take to read.
SET jit = off AS $$
SELECT p.problem, CASE WHEN p.stream LIKE 'account-%' THEN substr(p.stream, 9) ELSE p.stream END, p.version,
  p.expected, p.found, p.sentence
FROM (
  SELECT * FROM ledger.log_problems
  UNION ALL
  SELECT * FROM ledger.currency_problems
  UNION ALL
  SELECT s.*, ledger.problem_sentence(s.problem, s.stream, s.version) FROM ledger.state_problems(p_stale) s
  UNION ALL
  SELECT * FROM ledger.key_problems
  UNION ALL
  SELECT * FROM ledger.coverage_problems
) AS p
ORDER BY p.stream, p.version, p.problem
$$
