-- A text as a time, NULL where it is none: a cast's own error would not say which field it was.
CREATE FUNCTION refold.time_of(value text) RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN value::timestamptz;
EXCEPTION WHEN data_exception THEN
  RETURN NULL;
END
$$
