-- Keeps a generation in this status from being dropped until the end of the transaction; neither its owner nor its
-- successor waits for that. Runs as its owner: PostgreSQL gives this lock only to roles that may update the table.
CREATE FUNCTION refold.hold_generation(wanted int, wanted_status text) RETURNS TABLE (id int)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
SELECT g.id FROM refold.projection_generations AS g
WHERE g.id = wanted AND g.status = wanted_status
FOR KEY SHARE
$$
