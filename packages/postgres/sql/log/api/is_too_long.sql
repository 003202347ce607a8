-- Whether a text has more than 255 UTF-16 units, which is how JavaScript counts: a character beyond the first 65,536
-- counts twice. No text has more units than bytes, so most need no second look.
CREATE FUNCTION refold.is_too_long(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
SELECT octet_length(value) > 255
  AND char_length(value) + char_length(regexp_replace(value, E'[^\\U00010000-\\U0010FFFF]', '', 'g')) > 255
$$
