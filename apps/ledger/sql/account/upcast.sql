-- The fields of a stored event of an older schema version, in the shape of the latest. Version 1 of a deposit had no
-- channel; before events named a currency, all accounts were kept in crowns.
CREATE FUNCTION ledger.upcast(event_type text, schema_version int, fields jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT fields
  || CASE
    WHEN event_type = 'MoneyDeposited' AND schema_version = 1 THEN '{"channel": "Unspecified"}'
    ELSE '{}'
  END::jsonb
  || CASE WHEN schema_version < CASE event_type
      WHEN 'MoneyDeposited' THEN 3
      WHEN 'AccountOpened' THEN 2
      WHEN 'MoneyWithdrawn' THEN 2
      WHEN 'InterestCredited' THEN 2
      WHEN 'FeeCharged' THEN 2
    END THEN '{"currency": "CZK"}' ELSE '{}' END::jsonb
$$
