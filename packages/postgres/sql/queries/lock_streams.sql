-- Waits until nobody is writing to these streams or keys.
SELECT refold.lock_streams($1::text[], $2::text[], true)
