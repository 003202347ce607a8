-- All events, in their order
SELECT "position", stream, version, type, data, recorded_at
FROM refold.event_store
ORDER BY "position";

-- Each state that the card ever had
SELECT version, type, data ->> 'drink' AS drink,
  sum(CASE type WHEN 'Stamped' THEN 1 ELSE -3 END) OVER (ORDER BY version) AS stamps
FROM refold.read_stream('card-ada');

-- The stamps after three events, and now
SELECT cards.stamps('ada', 3) AS after_three, cards.stamps('ada') AS now;

-- Append an event; a second time is a version conflict
SELECT * FROM refold.append_event(
  'card-ada', 'Stamped', '{"drink": "ristretto"}', expected_version => 4
);

-- Change an event: refused
UPDATE refold.event_store SET data = '{"drink": "water"}' WHERE version = 1;
