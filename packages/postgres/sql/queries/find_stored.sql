-- What became of a commit whose answer was lost: where its events are, or nothing.
SELECT * FROM refold.find_stored(:streams::text[], :keys::text[], :ids::text[]::uuid[])
