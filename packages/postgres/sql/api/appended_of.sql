-- What people are told of an answer that is no refusal.
CREATE FUNCTION refold.appended_of(answer refold.append_answer) RETURNS refold.appended LANGUAGE sql IMMUTABLE AS $$
SELECT ROW(
  answer.stream, answer.first_version, answer.version, answer."position", answer.recorded_at,
  answer.outcome = 'deduplicated'
)::refold.appended
$$
