-- A text as a time, NULL where it is none: a cast's own error would not say which field it was. Only as in ISO 8601 and
-- with its zone: what else PostgreSQL reads depends on the session's settings, or on the day, as "yesterday" does.
CREATE FUNCTION refold.time_of(value text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE
    WHEN value ~ '^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)$' THEN value::timestamptz
  END;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$
