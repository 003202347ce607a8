-- Why a number cannot be an expected version; NULL if it can.
CREATE FUNCTION refold.expected_problem(expected numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN expected < -2 THEN 'must be a version, -1 (any) or -2 (exists)' END
$$
