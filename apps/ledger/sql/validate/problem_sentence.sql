-- A problem of a kept state as a message.
CREATE FUNCTION ledger.problem_sentence(problem text, stream text, version bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT format(CASE substring(problem FROM '[a-z]+$')
  WHEN 'surplus' THEN 'There is a %s for "%s", at version %s, but no event.'
  WHEN 'ahead' THEN 'The %s of "%s" is at version %s, beyond the last event: events were deleted, or it was made up.'
  WHEN 'missing' THEN 'There is no %s for "%s", though events up to version %s were taken in.'
  WHEN 'differs' THEN 'The %s of "%s" is not what the events up to version %s come to: it or they were changed.'
  WHEN 'behind' THEN 'The %s of "%s" is at version %s, though later events were taken in: it was set back.'
  ELSE 'The %s of "%s" is right at version %s, and there are later events.'
END, CASE kind.name
  WHEN 'snapshot' THEN 'snapshot' WHEN 'typescript_row' THEN 'row in TypeScript''s balances'
  ELSE 'row in ' || kind.name
END, stream, version)
FROM substring(problem FROM '^(.*)_') AS kind(name)
$$
