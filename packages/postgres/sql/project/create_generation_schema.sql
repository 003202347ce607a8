-- Creates the schema of a generation that has tables of its own. It belongs to the owner of the store. The creator may create
-- objects in it, and the roles that may use the schema of rows may use it. The comment marks it: drop_generation drops
-- no other.
--   creator   the role that creates the tables: the caller's role, which a function that runs as its owner cannot read
-- Runs as its owner, so that a projector needs no right to create schemas.
CREATE FUNCTION refold.create_generation_schema(generation int, creator text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  namespace CONSTANT text := refold.generation_schema(generation);
  reader text;
BEGIN
  IF NOT EXISTS (SELECT FROM refold.projection_generations g WHERE g.id = generation AND g.has_tables) THEN
    RAISE EXCEPTION 'there is no generation % with tables of its own', generation
      USING ERRCODE = 'invalid_parameter_value';
  ELSIF NOT pg_has_role(session_user, creator::name, 'MEMBER') THEN
    RAISE EXCEPTION 'role % cannot act as %', session_user, creator USING ERRCODE = 'insufficient_privilege';
  ELSIF NOT has_database_privilege(current_database(), 'CREATE') THEN
    RAISE EXCEPTION 'the owner of the store, %, may not create the schema %', current_user, namespace
      USING ERRCODE = 'insufficient_privilege',
        HINT = format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user);
  END IF;
  EXECUTE format('CREATE SCHEMA %I', namespace);
  EXECUTE format('COMMENT ON SCHEMA %I IS %L', namespace, refold.generation_mark(generation));
  EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', namespace, creator);
  FOR reader IN SELECT refold.row_readers() LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', namespace, reader);
  END LOOP;
END
$$
