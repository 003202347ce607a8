-- Instead of each row that PostgreSQL would pass through the view.
CREATE TRIGGER refuse_rows INSTEAD OF INSERT OR UPDATE OR DELETE ON ledger.event_store
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()
