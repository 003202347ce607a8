-- A number in a JSON value that is outside the range of a double; NULL if there is none, or if the value is small. Called before
-- a value is converted to text: the text of 1e131071 has 131,072 characters, and 80 kB of such numbers become a gigabyte. A value
-- of up to 8 kB cannot become that large. pg_column_size counts an element of an array uncompressed.
CREATE FUNCTION refold.extreme_number(value jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF pg_column_size(ARRAY[value]) > 8192 THEN
    RETURN jsonb_path_query_first(value, 'strict $.** ? (@ != 0 && (@ > 1.8e308 || @ < -1.8e308 || @ < 2e-324 && @ > -2e-324))')::text;
  END IF;
  RETURN NULL;
END
$$
