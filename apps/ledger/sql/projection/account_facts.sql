-- Each event of an account, and what it says about the balance, in columns: upcasting by one join (see event_formats).
-- What cannot be read is a row all the same, with is_readable = false, and no stored event can make a query over this
-- fail.
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
-- Worked out before anything is sorted: else the data would be sorted along.
OFFSET 0
