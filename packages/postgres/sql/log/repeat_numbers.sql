-- Repeats the number of each element as many times as its value: {2,1} gives {1,1,2}. plpgsql, because a function in SQL is
-- planned for each call.
CREATE FUNCTION refold.repeat_numbers(counts int[]) RETURNS int[] LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN ARRAY(
    SELECT c.number::int FROM unnest(counts) WITH ORDINALITY AS c(count, number), generate_series(1, c.count) ORDER BY c.number
  );
END
$$
