-- Why a text cannot be the name of a stream; NULL if it can.
CREATE FUNCTION refold.stream_problem(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(
  refold.name_problem(name),
  CASE WHEN name !~ '^[^-]+-.' THEN 'must be category-id, both not empty' END
)
$$
