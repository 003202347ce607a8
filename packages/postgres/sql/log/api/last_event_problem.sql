-- Why a text cannot be the expected last event id at this expected version; NULL if it can.
CREATE FUNCTION refold.last_event_problem(last_event_id text, expected numeric) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN last_event_id IS NULL THEN NULL
  WHEN coalesce(expected, 0) < 1 THEN 'must come with an expected version of 1 or more'
  WHEN last_event_id !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN 'must be a UUID'
END
$$
