-- The row that the SQL API returns for an answer that is not a refusal.
CREATE FUNCTION refold.to_appended(answer refold.append_answer) RETURNS refold.appended LANGUAGE sql IMMUTABLE AS $$
SELECT ROW(
  answer.stream, answer.first_version, answer.version, answer."position", answer.recorded_at,
  answer.outcome = 'deduplicated'
)::refold.appended
$$
