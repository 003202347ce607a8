-- Finds the events that an event or a command directly caused, in the order of the log; see event_store_correlation.
CREATE INDEX event_store_causation
ON refold.event_store (hashtextextended(metadata ->> 'causationId', 0), "position")
WHERE metadata ->> 'causationId' IS NOT NULL
