-- The first answer to a command whose events are stored already: its events, and the state directly after them.
CREATE FUNCTION ledger.answered(agg text, stored refold.appended) RETURNS ledger.handled LANGUAGE sql STABLE AS $$
SELECT ROW(
  stored.stream, stored.version, stored."position", stored.recorded_at,
  (ledger.load_account(agg, stored.version)).state,
  (
    SELECT jsonb_agg(ledger.account_event(e) ORDER BY e.version)
    FROM refold.read_stream(stored.stream, stored.first_version - 1, stored.version) AS e
  ),
  true
)::ledger.handled
$$
