-- Deletes a generation and its rows; false if it is gone already, or if only_if_obsolete is set and it is not one of
-- obsolete_generations.
--   max_wait   the maximum wait for its owner and its readers, in milliseconds
-- Locks the partitions first, in order, as owners do. Runs as its owner, to which the tables belong.
CREATE FUNCTION refold.drop_generation(wanted int, only_if_obsolete boolean, max_wait int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  generation refold.projection_generations;
  namespace CONSTANT text := refold.generation_schema(wanted);
BEGIN
  PERFORM set_config('lock_timeout', max_wait::text, true);
  PERFORM FROM refold.projection_partitions p WHERE p.generation = wanted ORDER BY p."partition" FOR UPDATE;
  DELETE FROM refold.projection_generations g
  WHERE g.id = wanted AND (NOT only_if_obsolete OR g.id IN (SELECT refold.obsolete_generations(g.projection)))
  RETURNING g.* INTO generation;
  IF generation.id IS NOT NULL AND generation.has_tables THEN
    -- Another schema may have been created under that name meanwhile.
    IF to_regnamespace(quote_ident(namespace)) IS NOT NULL AND refold.generation_mark(wanted)
      IS DISTINCT FROM obj_description(to_regnamespace(quote_ident(namespace)), 'pg_namespace')
    THEN
      RAISE EXCEPTION 'schema % was not created for generation % and is not dropped', namespace, wanted
        USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', namespace);
  ELSIF generation.id IS NOT NULL THEN
    EXECUTE format('DROP TABLE IF EXISTS refold_rows.%I', 'rows_' || wanted);
  END IF;
  PERFORM set_config('lock_timeout', before, true);
  RETURN generation.id IS NOT NULL;
END
$$
