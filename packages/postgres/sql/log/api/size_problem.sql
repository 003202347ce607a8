-- The rule that a value breaks whose text has more bytes than a limit; NULL if it breaks none. A value of jsonb may be far
-- smaller than its text: 1e308 takes 309 bytes. The limits are those of SizeLimits in @refold/core.
CREATE FUNCTION refold.size_problem(value jsonb, most int) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN octet_length(value::text) > most THEN format('must not be longer than %s bytes as JSON text', most)
END
$$
