-- The end of a stream: its version (0 = no events), the id of its last event, and the recorded time that an event would get
-- now. That is the database's clock in milliseconds, or the last event's time if the clock has gone back.
CREATE FUNCTION refold.stream_end(wanted text) RETURNS refold.append_answer LANGUAGE plpgsql AS $$
DECLARE
  answer refold.append_answer;
BEGIN
  SELECT e.version, e.recorded_at, e.event_id INTO answer.version, answer.recorded_at, answer.event_id
  FROM refold.event_store e WHERE e.stream = wanted ORDER BY e.version DESC LIMIT 1;
  answer.stream := wanted;
  answer.version := coalesce(answer.version, 0);
  answer.recorded_at := greatest(answer.recorded_at, date_trunc('milliseconds', clock_timestamp()));
  RETURN answer;
END
$$
