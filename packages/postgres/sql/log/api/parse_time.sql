-- Parses a text as a time; NULL if it is none, because the error of a cast would not name the field. Only ISO 8601 with a zone:
-- other formats that PostgreSQL reads depend on the session's settings, or on the current day, as "yesterday" does.
CREATE FUNCTION refold.parse_time(value text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN CASE
    WHEN value ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'
      THEN value::timestamptz
  END;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$
