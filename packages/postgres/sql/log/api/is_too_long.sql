-- Whether a text has more than 255 UTF-16 units, which is how JavaScript counts: a character beyond the first 65,536
-- counts twice. No text has more units than bytes, nor more than three bytes for each unit, so only what lies between needs a
-- second look: it would take a minute for 100 MB.
CREATE FUNCTION refold.is_too_long(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
SELECT octet_length(value) > 765 OR octet_length(value) > 255
  AND char_length(value) + char_length(regexp_replace(value, E'[^\\U00010000-\\U0010FFFF]', '', 'g')) > 255
$$
