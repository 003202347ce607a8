-- A new event id: a UUID of version 7, which begins with the time, so that new ids are inserted at one end of their
-- index. PostgreSQL has such a function from version 18 on only.
CREATE FUNCTION refold.new_event_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
SELECT encode(
  -- A random UUID has version 4; setting two more bits makes that 7. Its first 48 bits become the milliseconds.
  set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6
  ), 52, 1), 53, 1),
  'hex'
)::uuid
$$
