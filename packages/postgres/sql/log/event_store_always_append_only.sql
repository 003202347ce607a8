-- Enables the trigger also in sessions with session_replication_role = replica, which disables ordinary triggers.
ALTER TABLE refold.event_store ENABLE ALWAYS TRIGGER append_only
