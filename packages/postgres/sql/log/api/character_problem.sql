-- The rule that a character of a name breaks; NULL if none does. The rules and words of the TypeScript API: no byte order mark
-- in front, which decoders drop, and no control characters or line breaks, with which a name could forge a line of a log.
CREATE FUNCTION refold.character_problem(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN starts_with(name, chr(65279)) THEN 'must not begin with a byte order mark'
  -- chr() and not escapes, which have another meaning if standard_conforming_strings is off.
  WHEN name ~ ('[' || chr(1) || '-' || chr(31) || chr(127) || '-' || chr(159) || chr(8232) || chr(8233) || ']') THEN 'must not contain a control character or a line break'
END
$$
