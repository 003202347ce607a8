-- For each statement, so that a statement that matches no row is refused too.
CREATE TRIGGER refuse_statements BEFORE INSERT OR UPDATE OR DELETE ON ledger.event_store
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
