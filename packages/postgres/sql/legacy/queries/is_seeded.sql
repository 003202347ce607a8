-- Whether a walk through the whole legacy table has come to its end.
SELECT EXISTS (
  SELECT FROM refold.legacy_tables t JOIN refold.legacy_runs r ON r.legacy_table = t.id
  WHERE t.name = :name::text AND r.phase = 'Done'
) AS seeded
