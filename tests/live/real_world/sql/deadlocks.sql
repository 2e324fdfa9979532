SELECT sum(deadlocks) AS value FROM pg_stat_database
