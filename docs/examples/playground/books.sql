-- All events, in their order
SELECT "position", stream, version, type, data
FROM refold.event_store
ORDER BY "position";

-- The rows of the projection
SELECT * FROM refold_rows.rows_1;

-- Where each book was, after each of its events
SELECT stream, version,
  CASE type WHEN 'BookLent' THEN data ->> 'to' ELSE 'in the library' END AS place
FROM refold.event_store
ORDER BY stream, version;

-- The stream of one book as it was after two events
SELECT version, type, data, recorded_at
FROM refold.read_stream('book-emma', as_of_version => 2);

-- Change an event: refused
UPDATE refold.event_store SET data = '{"to": "eve"}' WHERE stream = 'book-dune' AND version = 2;
