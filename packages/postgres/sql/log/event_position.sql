-- The global order. A sequence, because a counter row would make every writer wait for every other until commit.
-- Positions may have gaps (a rolled-back append leaves one); only their order is guaranteed. CACHE 1 is the default and
-- must stay: a session with cached positions could commit a low one after a reader has passed it. It starts at 0, and
-- event_position_start.sql draws that position, so that last_value always is the last position drawn: the last_value of a
-- fresh sequence is 1 before and after 1 is drawn.
CREATE SEQUENCE refold.event_position AS bigint MINVALUE 0 START WITH 0 CACHE 1
