-- Money in another currency than its account: movements whose currency, after upcasting (old versions have none and
-- mean crowns), is not that of the opening. The fold sums amounts without checking currencies, because decide_account
-- accepts only the account's; append_event and direct changes bypass that check.
CREATE VIEW ledger.currency_problems AS
WITH openings AS (
  SELECT DISTINCT ON (f.stream) f.stream, f.currency FROM ledger.account_facts f
  WHERE f.type = 'AccountOpened' AND f.is_readable ORDER BY f.stream, f.version
)
SELECT 'other_currency' AS problem, f.stream, f.version,
  jsonb_build_object('currency', o.currency) AS expected, jsonb_build_object('currency', f.currency) AS found,
  format(
    'Version %s of stream "%s" moves %s, and the account is kept in %s: the amount was added as if that were one.',
    f.version, f.stream, f.currency, o.currency
  ) AS sentence
FROM ledger.account_facts f JOIN openings o ON o.stream = f.stream
WHERE f.change IS NOT NULL AND f.is_readable AND f.currency <> o.currency
