-- How long a handler may take, in milliseconds: as long as it wants, and less than the transaction may be idle. Until
-- end_handling, no statement waits for a lock as long as that: whose lock it is, is not the event's fault.
WITH settings AS MATERIALIZED (
  SELECT current_setting('lock_timeout') AS before,
    nullif(extract(epoch FROM current_setting('idle_in_transaction_session_timeout')::interval), 0) * 1000 AS idle
), limits AS MATERIALIZED (
  SELECT before, least(:patience::float8, 0.8 * idle::float8) AS patience FROM settings
)
SELECT before, patience, set_config('lock_timeout', ceil(0.7 * patience)::text, true) FROM limits
