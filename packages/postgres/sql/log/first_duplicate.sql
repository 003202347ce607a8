-- The first of these event ids that is stored already or repeats an earlier one; NULL if there is none.
CREATE FUNCTION refold.first_duplicate(event_ids uuid[]) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  repeated CONSTANT int := (
    SELECT min(number) FROM (
      SELECT row_number() OVER (PARTITION BY id ORDER BY number) AS copy, number
      FROM unnest(event_ids) WITH ORDINALITY AS e(id, number)
    ) AS copies WHERE copy = 2
  );
BEGIN
  -- One lookup per id: a cached plan for "= ANY (event_ids)" that was made while the table was small scans the whole table.
  FOR number IN 1 .. coalesce(repeated, cardinality(event_ids)) LOOP
    IF number = repeated OR EXISTS (SELECT FROM refold.event_store s WHERE s.event_id = event_ids[number]) THEN
      RETURN event_ids[number];
    END IF;
  END LOOP;
  RETURN NULL;
END
$$
