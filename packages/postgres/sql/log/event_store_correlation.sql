-- Finds the events of a correlation id, in the order of the log. On the hash, because the text may exceed the maximum size of an
-- index entry; readers also compare the text itself. Events without a correlation id have no entry.
CREATE INDEX event_store_correlation
ON refold.event_store (hashtextextended(metadata ->> 'correlationId', 0), "position")
WHERE metadata ->> 'correlationId' IS NOT NULL
