SELECT sum(n_dead_tup) AS hits, sum(n_dead_tup + n_live_tup) AS total FROM pg_stat_user_tables
