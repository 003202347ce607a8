-- Replays all events and reports every disagreement, a row for each; no rows mean that there is none: SELECT * FROM
-- ledger.validate_ledger().
--   version_gap, version_order, recorded_at_back   the log by itself, in every stream of the store
--   unreadable_event         an account's event of an unknown type or version, or with data that do not fit it
--   other_currency           money that is not in the currency of the account
--   <kind>_differs           what is kept is not what the events up to its version come to
--   <kind>_missing, _behind  a row that is not there, or of an earlier version, though later events were taken in
--   <kind>_ahead, _surplus   of events that are not there, or of an account that is not
--   <kind>_stale             right, but behind; only with p_stale = true
--   <kind>_checkpoint        up to date to a position where there is no event
--   key_without_events       an idempotency key whose answer names events that are not there, or not as it says
-- A kind is balance_projection, balances, typescript_row (what handlers and projectors in TypeScript have written) or
-- snapshot (see kept_states). Expected and found say what should stand there and what does.
-- All of it is of one moment, that of the query, so it can run while others write. It reads and folds the whole log: a
-- million events take 40 to 60 s, with few accounts or with many, and other_currency 5 s more (2026-11-21, PostgreSQL
-- 15.18, 2 shared cores). What does not fit into work_mem goes to disk. Runs as its owner; see privileges.sql.
--
-- What it cannot find: that which nobody has kept anything of. A well-formed event in the account's currency can be put
-- at the end of a stream, or be changed there, where no row, snapshot or key covers it; so can what no state holds
-- (purposes, reasons, metadata, occurred_at), and events together with everything that was made of them. Rows that are
-- kept up to date and snapshots leave little room for that; a refresh after the fact covers it up in balance_projection,
-- but not in the others. What is kept after an event that cannot be read is not judged until that event is seen to.
CREATE FUNCTION ledger.validate_ledger(p_stale boolean DEFAULT false)
RETURNS TABLE (problem text, aggregate_id text, version bigint, expected jsonb, found jsonb, sentence text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
-- Compiling the query would take longer than most ledgers take to be read.
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
