-- What a problem of a kept state means, for people.
CREATE FUNCTION ledger.problem_sentence(problem text, stream text, version bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT format(CASE substring(problem FROM '[a-z]+$')
  WHEN 'surplus' THEN '%s: there is one for "%s", at version %s, and no event of it.'
  WHEN 'ahead' THEN '%s: the one of "%s" is at version %s, beyond the end: events were deleted, or it was made up.'
  WHEN 'missing' THEN '%s: there is none for "%s", whose events up to version %s it must hold.'
  WHEN 'differs' THEN '%s: the one of "%s" is not what its events up to version %s come to. One of the two was changed.'
  WHEN 'behind' THEN '%s: the one of "%s" is at version %s, and later events were taken in: it was set back.'
  ELSE '%s: the one of "%s" is right at version %s, and behind.'
END, replace(substring(problem FROM '^(.*)_'), '_', ' '), stream, version)
$$
