-- A number in a JSON value that no double can be near to; NULL if there is none, or if the value is small. Asked before the text of a
-- value is made: a number of 9 characters, as 1e131071, has a text of 131,072, and 80 kB of them one of a gigabyte. In 8 kB the text
-- cannot become large. As an element of an array the value is counted uncompressed.
CREATE FUNCTION refold.extreme_number(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF pg_column_size(ARRAY[value]) > 8192 THEN
    RETURN jsonb_path_query_first(value, 'strict $.** ? (@ != 0 && (@ > 1.8e308 || @ < -1.8e308 || @ < 2e-324 && @ > -2e-324))')::text;
  END IF;
  RETURN NULL;
END
$$
