-- The names of the fields of a JSON object, for people.
CREATE FUNCTION ledger.names_in(object jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT string_agg(name, ', ' ORDER BY name) FROM jsonb_object_keys(object) AS name
$$
