-- The last event that is safe to read; a position of an event, never the bound, which a crash can take back.
SELECT coalesce(max("position"), 0) AS head FROM refold.event_store WHERE "position" <= :bound::bigint
