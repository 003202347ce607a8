-- The objectives of the classic labs, one after another. Install first: DATABASE_URL=postgres://… npm start -- --sql
-- #region lab
SET search_path = ledger;

-- An append-only store with optimistic locking and idempotency keys. The account is at version 0; once it is not, the
-- same call again is answered from its key, and without one it is refused with RF001.
SELECT * FROM append_event(
  'lab', 'AccountOpened', '{"branch": "Prague", "statements": "Monthly", "currency": "CZK"}', 0, 'lab-open'
);
SELECT * FROM append_event('lab', 'MoneyDeposited', '{"amount": 10000, "currency": "CZK", "channel": "Cash"}', 1);

-- Commands decide: they are validated, idempotent, and refused in words. Amounts are in hellers.
CALL open('lab-two', 'Brno', 'CZK', p_idempotency_key => 'lab-two-open');
CALL withdraw('lab', 2500, p_channel => 'Card', p_expected => 2, p_idempotency_key => 'lab-card');
CALL transfer('lab', 'lab-two', 1500, p_purpose => 'rent', p_idempotency_key => 'lab-rent');

-- History, replay, and time travel by version and by time.
SELECT version, type, data, created_at FROM event_store WHERE aggregate_id = 'lab' ORDER BY version;
SELECT version, state -> 'balance' AS balance, events FROM rebuild_from_snapshot('lab');
SELECT version, state -> 'balance' AS balance FROM rebuild_from_snapshot('lab', 2);
SELECT version, state -> 'balance' AS balance FROM rebuild_from_snapshot(
  'lab', p_as_of => (SELECT created_at FROM event_store WHERE aggregate_id = 'lab' AND version = 3)
);
SELECT type, data FROM event_store WHERE aggregate_id = 'lab' AND created_at <= clock_timestamp() ORDER BY version;

-- Snapshots: the next rebuild begins there.
SELECT version, state -> 'balance' AS balance FROM take_snapshot('lab');
SELECT version, snapshot_version, events FROM rebuild_from_snapshot('lab');

-- Balances: the materialized view, refreshed, and the table that is kept event by event.
SELECT refresh_balances();
CALL catch_up_balances();
SELECT aggregate_id, currency, balance, version FROM balance_projection WHERE aggregate_id LIKE 'lab%' ORDER BY 1;
SELECT aggregate_id, currency, balance, version FROM balances WHERE aggregate_id LIKE 'lab%' ORDER BY 1;

-- And does everything agree with the events? No rows mean yes.
SELECT * FROM validate_ledger();
-- #endregion
