-- FOR EACH STATEMENT, so that a statement that matches no row is refused too; TRUNCATE fires no row triggers.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refold.event_store
FOR EACH STATEMENT EXECUTE FUNCTION refold.refuse_change()
