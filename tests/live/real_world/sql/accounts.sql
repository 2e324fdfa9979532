SELECT count(*) AS value FROM pgbench_accounts
