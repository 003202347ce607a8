-- The metadata of a command's events, from what the caller says of himself.
CREATE FUNCTION ledger.metadata_of(correlation_id text, actor text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT jsonb_strip_nulls(jsonb_build_object('correlationId', correlation_id, 'actor', actor))
$$
