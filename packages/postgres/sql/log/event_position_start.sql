-- Draws position 0, which no event gets (see event_position.sql).
SELECT setval('refold.event_position', 0)
