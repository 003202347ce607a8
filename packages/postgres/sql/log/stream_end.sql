-- The end of a stream: its version (0 = no events), the id of its last event, and the recorded time that an event gets by a
-- commit at this time: this time, or the last event's if the clock has gone back.
CREATE FUNCTION refold.stream_end(wanted text, clock timestamptz) RETURNS refold.append_answer LANGUAGE plpgsql AS $$
DECLARE
  answer refold.append_answer;
BEGIN
  SELECT e.version, e.recorded_at, e.event_id INTO answer.version, answer.recorded_at, answer.event_id
  FROM refold.event_store e WHERE e.stream = wanted ORDER BY e.version DESC LIMIT 1;
  answer.stream := wanted;
  answer.version := coalesce(answer.version, 0);
  answer.recorded_at := greatest(answer.recorded_at, clock);
  RETURN answer;
END
$$
