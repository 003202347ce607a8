-- #region store
-- The version that the writer decided on, and a key under which it is stored once, however often it is sent.
SELECT * FROM refold.append_event(
  'account-ada', 'MoneyDeposited', '{"amount": 500}', expected_version => 0, idempotency_key => 'wire-77'
);

-- Two streams, all or nothing.
SELECT * FROM refold.commit_events('[
  {"stream": "account-ada", "expectedVersion": 1, "events": [{"type": "MoneyWithdrawn", "data": {"amount": 200}}]},
  {"stream": "account-bob", "events": [{"type": "MoneyDeposited", "data": {"amount": 200}}]}
]');

-- A stream as it was, and the whole store in its order, page by page.
SELECT version, type, data FROM refold.read_stream('account-ada', as_of_version => 1);
SELECT "position", stream, type FROM refold.read_all(after => 1, max_count => 100);
-- #endregion
