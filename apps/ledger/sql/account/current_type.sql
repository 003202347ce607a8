-- Today's name of a stored event type. Events that were stored under a former name keep it.
CREATE FUNCTION ledger.current_type(stored_type text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT CASE stored_type WHEN 'MoneyPaidIn' THEN 'MoneyDeposited' ELSE stored_type END
$$
