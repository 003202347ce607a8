-- Takes a mapping for the rest of the transaction, in which values have the texts that they are captured with, and a policy
-- that would hide rows of the legacy table is an error.
SELECT id, relation, key, switched_at, current_setting('transaction_isolation') AS isolation,
  set_config('row_security', 'off', true), set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true),
  set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '1', true),
  set_config('bytea_output', 'hex', true), set_config('lc_monetary', 'C', true)
FROM refold.legacy_tables WHERE name = :name::text
FOR UPDATE
