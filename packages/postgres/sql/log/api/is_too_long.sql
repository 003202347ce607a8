-- Whether a text has more than 255 UTF-16 units, which is how JavaScript counts: a character above U+FFFF counts twice. A
-- text has at most as many units as bytes, and at most three bytes for each unit. So only texts of 256 to 765 bytes are
-- counted: counting 100 MB would take a minute.
CREATE FUNCTION refold.is_too_long(value text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
SELECT octet_length(value) > 765 OR octet_length(value) > 255
  AND char_length(value) + char_length(regexp_replace(value, E'[^\\U00010000-\\U0010FFFF]', '', 'g')) > 255
$$
