SELECT count(*) AS value FROM pg_stat_activity WHERE wait_event_type = 'Lock'
