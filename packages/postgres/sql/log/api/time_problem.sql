-- Why a time can be neither stored nor queried; NULL if it can. Refused rather than truncated, as in TypeScript, because
-- truncation could make two different times equal.
CREATE FUNCTION refold.time_problem(value timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN value < '0001-01-01T00:00:00Z' OR value >= '10000-01-01T00:00:00Z' OR date_trunc('milliseconds', value) <> value
    THEN 'must be a time in the years 1 to 9999, in whole milliseconds'
END
$$
