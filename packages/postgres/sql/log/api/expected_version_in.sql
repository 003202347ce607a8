-- The version that a document of writes expects a stream to be at.
CREATE FUNCTION refold.expected_version_in(writes jsonb, stream text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
SELECT (write ->> 'expectedVersion')::numeric::bigint FROM jsonb_array_elements(writes) AS write WHERE write ->> 'stream' = stream
$$
