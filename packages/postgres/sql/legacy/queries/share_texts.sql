-- Has values, in this transaction, the texts that they are captured with.
SELECT set_config('timezone', 'UTC', true), set_config('intervalstyle', 'postgres', true),
  set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true)
