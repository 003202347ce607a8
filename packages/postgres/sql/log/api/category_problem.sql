-- Why a text cannot be the category of a stream; NULL if it can. The rules and words of the TypeScript API.
CREATE FUNCTION refold.category_problem(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN name IS NULL THEN 'must be a text'
  WHEN name = '' THEN 'must not be empty'
  WHEN strpos(name, '-') > 0 THEN 'must not contain a dash'
  ELSE refold.character_problem(name)
END
$$
