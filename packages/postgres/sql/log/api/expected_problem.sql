-- Why a number cannot be an expected version; NULL if it can. -1 means "no stream" in Message DB and KurrentDB and would
-- mean "any" here: code ported from there would silently lose its check.
CREATE FUNCTION refold.expected_problem(expected numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN expected = -1 THEN 'must not be -1: leave it out (NULL) for any version, or give 0 for a stream without events'
  WHEN expected NOT BETWEEN -2 AND 9007199254740991
    THEN 'must be a number of events, 0 (no stream yet) or -2 (the stream exists), or be left out (any version)'
END
$$
