-- The metadata of a command's events, from the arguments of the caller.
CREATE FUNCTION ledger.metadata_of(correlation_id text, actor text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT jsonb_strip_nulls(jsonb_build_object('correlationId', correlation_id, 'actor', actor))
$$
