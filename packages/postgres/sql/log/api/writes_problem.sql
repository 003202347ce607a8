-- The rule that a document of writes for commit_events breaks, as {"field": …, "rule": …}; NULL if it breaks none.
CREATE FUNCTION refold.writes_problem(writes jsonb) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
DECLARE
  write jsonb;
  event jsonb;
  w int := 0;
  e int;
  field text;
  repeated int; -- the first write whose stream an earlier write has
  problem jsonb;
BEGIN
  IF jsonb_typeof(writes) IS DISTINCT FROM 'array' OR writes = '[]' THEN
    RETURN '{"field": "writes", "rule": "must be an array that is not empty"}';
  ELSIF jsonb_array_length(writes) > 1000 THEN
    RETURN refold.problem('writes'::text, 'must not have more than 1000 elements'::text);
  END IF;
  SELECT min(number) - 1 INTO repeated FROM (
    SELECT a.number, row_number() OVER (PARTITION BY a.write -> 'stream' ORDER BY a.number) AS nth
    FROM jsonb_array_elements(writes) WITH ORDINALITY AS a(write, number)
  ) AS each_stream WHERE nth > 1;
  FOR write IN SELECT * FROM jsonb_array_elements(writes) LOOP
    field := format('writes[%s]', w);
    problem := coalesce(
      refold.object_problem(write, '{"stream": "string", "expectedVersion": "integer?", "lastEventId": "string?", "events": "array"}'::jsonb, field),
      refold.problem(field || '.stream', refold.stream_problem(write ->> 'stream')),
      refold.problem(field || '.stream', CASE
        WHEN w = repeated THEN 'must not be in a commit twice'
      END),
      refold.problem(field || '.expectedVersion', refold.expected_problem((write ->> 'expectedVersion')::numeric)),
      refold.problem(field || '.lastEventId', refold.last_event_problem(
        write ->> 'lastEventId', (write ->> 'expectedVersion')::numeric
      ))
    );
    e := 0;
    FOR event IN SELECT * FROM jsonb_array_elements(write -> 'events') WHERE problem IS NULL LOOP
      problem := refold.json_event_problem(event, format('%s.events[%s]', field, e));
      EXIT WHEN problem IS NOT NULL;
      e := e + 1;
    END LOOP;
    EXIT WHEN problem IS NOT NULL;
    w := w + 1;
  END LOOP;
  RETURN coalesce(problem, refold.guards_problem(writes), refold.commit_size_problem(writes));
END
$$
