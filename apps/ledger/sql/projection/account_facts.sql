-- Each event of an account and its effect on the balance, in columns: upcasting by one join (see event_formats). An
-- unreadable event is a row with is_readable = false, and no stored event can make a query over this view fail.
CREATE VIEW ledger.account_facts AS
SELECT e.stream, e.version, e."position", e.recorded_at,
  f.event AS type,
  coalesce(e.data @? f.shape, false) OR ledger.event_problem(e) IS NULL AS is_readable,
  coalesce(f.currency, e.data ->> 'currency') AS currency,
  f.sign * CASE
    WHEN jsonb_typeof(e.data -> 'amount') = 'number' AND e.data @? '$.amount ? (@.floor() == @)'
    THEN (e.data -> 'amount')::numeric
    ELSE ledger.whole_number(e.data -> 'amount')
  END AS change,
  ledger.whole_number(e.data -> 'limit') AS overdraft_limit
FROM refold.event_store e
LEFT JOIN ledger.event_formats f ON f.type = e.type AND f.schema_version = e.schema_version
WHERE e.stream LIKE 'account-%'
-- Computed before sorting, so that the sort does not carry the data.
OFFSET 0
