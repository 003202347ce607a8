-- The live generation of a projection, kept from being dropped until the end of the transaction; neither its owner nor its
-- successor waits for that. Runs as its owner: PostgreSQL gives this lock to roles only that may update the table.
CREATE FUNCTION refold.hold_live_generation(wanted text) RETURNS TABLE (id int, has_tables boolean)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
SELECT g.id, g.has_tables FROM refold.projection_generations AS g
WHERE g.projection = wanted AND g.status = 'Live'
FOR KEY SHARE
$$
