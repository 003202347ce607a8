-- Why a number cannot be a version, a position or a number of events; NULL if it can. JavaScript holds integers exactly up to
-- 2^53 - 1.
CREATE FUNCTION refold.count_problem(count bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN count NOT BETWEEN 0 AND 9007199254740991 THEN 'must be a whole number of 0 or more' END
$$
