SELECT sum(blks_hit) AS hits, sum(blks_hit + blks_read) AS total FROM pg_stat_database
