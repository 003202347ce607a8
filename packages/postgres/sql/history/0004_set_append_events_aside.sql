-- A function cannot be given one more parameter. The new one is to be granted to whom the old one was.
ALTER FUNCTION refold.append_events RENAME TO append_events_before_0004
