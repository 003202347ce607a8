-- The latest schema version of an event type that data fits without a field too many; NULL where it fits none.
CREATE FUNCTION ledger.schema_version_of(event_type text, data jsonb) RETURNS int LANGUAGE sql IMMUTABLE AS $$
SELECT max(s.number)::int
FROM jsonb_array_elements(ledger.event_shapes() -> event_type) WITH ORDINALITY AS s(shape, number)
WHERE ledger.fits(s.shape, data)
$$
