-- Takes a mapping for the rest of the transaction, in which values have the texts that they are captured with.
SELECT id, relation, key, switched_at,
  set_config('timezone', 'UTC', true), set_config('intervalstyle', 'postgres', true),
  set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true)
FROM refold.legacy_tables WHERE name = :name::text
FOR UPDATE
