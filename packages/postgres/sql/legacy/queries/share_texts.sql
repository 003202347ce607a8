-- Has values, in this transaction, the texts that they are captured with; a policy that would hide rows of the legacy table
-- is an error.
SELECT
  set_config('row_security', 'off', true), set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true),
  set_config('intervalstyle', 'postgres', true), set_config('extra_float_digits', '1', true),
  set_config('bytea_output', 'hex', true), set_config('lc_monetary', 'C', true)
