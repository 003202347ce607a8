-- Finds the events of a correlation id, in the order of the log. Its hash, because the text may be longer than an entry of
-- an index may be, and readers compare the text itself. Events without one take no entry.
CREATE INDEX event_store_correlation
ON refold.event_store (hashtextextended(metadata ->> 'correlationId', 0), "position")
WHERE metadata ->> 'correlationId' IS NOT NULL
