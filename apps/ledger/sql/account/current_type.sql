-- The name that an event type has today. Events that are stored under a former one keep it.
CREATE FUNCTION ledger.current_type(stored_type text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE stored_type WHEN 'MoneyPaidIn' THEN 'MoneyDeposited' ELSE stored_type END
$$
