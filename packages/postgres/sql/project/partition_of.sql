-- The partition of a stream, given the number of partitions. SHA-256 rather than hashtext, which may change with a major version
-- of PostgreSQL while checkpoints stay, and rather than md5, which a server in FIPS mode refuses. STABLE as convert_to is, so
-- that it can be inlined.
CREATE FUNCTION refold.partition_of(stream text, partitions int) RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT ('x' || left(encode(sha256(convert_to(stream, 'UTF8')), 'hex'), 7))::bit(28)::int % partitions
$$
