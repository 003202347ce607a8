-- Tells other processes that the log has grown. A statement of its own and never part of an append's transaction: the
-- server lets transactions that notify commit one at a time. For the same reason it does not wait for the disk: what it
-- says is a hint, and true already.
SELECT set_config('synchronous_commit', 'off', true), pg_notify(:channel::text, :sender::text)
