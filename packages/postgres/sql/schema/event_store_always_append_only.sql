-- Also in sessions with session_replication_role = replica, which switches ordinary triggers off.
ALTER TABLE refold.event_store ENABLE ALWAYS TRIGGER append_only
