-- Nobody writes to the legacy table until the transaction ends; readers go on.
LOCK TABLE legacy_relation IN SHARE ROW EXCLUSIVE MODE
