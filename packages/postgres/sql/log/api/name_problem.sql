-- Why a text cannot be the name of something stored; NULL if it can. The rules of the TypeScript API: 1 to 255 UTF-16
-- units, which is how JavaScript counts, and no byte order mark in front, which decoders drop.
CREATE FUNCTION refold.name_problem(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN coalesce(name, '') = ''
    -- A character beyond the first 65,536 counts twice. No text has more units than bytes, so most need no second look.
    OR octet_length(name) > 255
      AND char_length(name) + char_length(regexp_replace(name, E'[^\\U00010000-\\U0010FFFF]', '', 'g')) > 255
    THEN 'must be a text of 1 to 255 characters'
  WHEN starts_with(name, chr(65279)) THEN 'must not begin with a byte order mark'
END
$$
