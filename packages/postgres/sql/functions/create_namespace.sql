-- Makes the schema of a generation that has tables of its own.
CREATE FUNCTION refold.create_namespace(generation int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE SCHEMA %I', refold.namespace_of(generation));
END
$$
