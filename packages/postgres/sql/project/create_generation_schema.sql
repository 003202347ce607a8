-- Creates the schema of a generation that has tables of its own.
CREATE FUNCTION refold.create_generation_schema(generation int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE SCHEMA %I', refold.generation_schema(generation));
END
$$
