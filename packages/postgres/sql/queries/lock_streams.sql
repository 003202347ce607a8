-- Waits until nobody is writing to these streams or keys.
SELECT refold.lock_streams(:streams::text[], :keys::text[], true)
