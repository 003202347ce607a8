-- Why a text cannot be the name of something stored; NULL if it can. The rules of the TypeScript API: 1 to 255 UTF-16
-- units; see character_problem.
CREATE FUNCTION refold.name_problem(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT CASE
  WHEN coalesce(name, '') = '' OR refold.is_too_long(name) THEN 'must be a text of 1 to 255 characters'
  ELSE refold.character_problem(name)
END
$$
