-- How long the transaction waits for a lock.
SELECT set_config('lock_timeout', :millis::text, true)
