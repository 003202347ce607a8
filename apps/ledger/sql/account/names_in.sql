-- The field names of a JSON object, for error messages.
CREATE FUNCTION ledger.names_in(object jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT string_agg(name, ', ' ORDER BY name) FROM jsonb_object_keys(object) AS name
$$
