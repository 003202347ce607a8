-- Why a number cannot be the maximum number of rows of a page that a function returns; NULL if it can. NULL is the default.
CREATE FUNCTION refold.page_problem(max_count bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN max_count NOT BETWEEN 1 AND 1000 THEN 'must be a whole number from 1 to 1000' END
$$
