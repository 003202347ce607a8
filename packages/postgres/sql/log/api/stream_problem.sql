-- Why a text cannot be the name of a stream; NULL if it can. The rules and words of the TypeScript API.
CREATE FUNCTION refold.stream_problem(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN coalesce(name, '') = '' THEN 'must be a text that is not empty'
  WHEN refold.is_too_long(name) THEN 'must not be longer than 255 characters'
  WHEN name !~ '^[^-]+-.' THEN 'must be category-id, both not empty'
  ELSE refold.character_problem(name)
END
$$
