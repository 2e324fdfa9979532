SELECT greatest(0, coalesce(max(extract(epoch FROM :end - xact_start)), 0)) AS value
FROM pg_stat_activity
WHERE backend_type = 'client backend'
