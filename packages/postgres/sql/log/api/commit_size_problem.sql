-- The rule that a document of writes breaks if its events are too large together; NULL if it breaks none. Adds up the sizes
-- only if the document itself exceeds the limit.
CREATE FUNCTION refold.commit_size_problem(writes jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT refold.problem('writes', CASE
  WHEN octet_length(writes::text) > 33554432 AND (
    SELECT sum(
      octet_length((event -> 'data')::text) + octet_length(coalesce(nullif(event -> 'metadata', 'null'), '{}')::text)
    )
    FROM jsonb_array_elements(writes) AS write, jsonb_array_elements(write -> 'events') AS event
  ) > 33554432 THEN 'must not have more than 33554432 bytes of data and metadata as JSON text'
END)
$$
