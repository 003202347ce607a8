-- The rule that the arguments of a read break, as {"field": …, "rule": …}; NULL if they break none. The rules and words
-- of the TypeScript API. The elements of arrays are counted from 0, as in its errors.
CREATE FUNCTION refold.read_problem(
  after bigint, max_count bigint, as_of_version bigint, as_of_position bigint, as_of_recorded_at timestamptz,
  as_of_occurred_at timestamptz, types text[], categories text[],
  before bigint
) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(
  refold.problem('after', refold.count_problem(after)),
  refold.problem('before', refold.count_problem(before)),
  refold.problem('max_count', refold.count_problem(max_count)),
  refold.problem('as_of_version', refold.count_problem(as_of_version)),
  refold.problem('as_of_position', refold.count_problem(as_of_position)),
  refold.problem('as_of_recorded_at', refold.time_problem(as_of_recorded_at)),
  refold.problem('as_of_occurred_at', refold.time_problem(as_of_occurred_at)),
  (
    SELECT refold.problem(format('types[%s]', number - 1), refold.name_problem(name))
    FROM unnest(types) WITH ORDINALITY AS t(name, number)
    WHERE refold.name_problem(name) IS NOT NULL ORDER BY number LIMIT 1
  ),
  (
    SELECT refold.problem(format('categories[%s]', number - 1), refold.category_problem(name))
    FROM unnest(categories) WITH ORDINALITY AS c(name, number)
    WHERE refold.category_problem(name) IS NOT NULL ORDER BY number LIMIT 1
  )
)
$$
