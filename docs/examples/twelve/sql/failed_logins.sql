-- Login attempts of each day, and those that failed. Attempts that were blocked before a password was looked at do not count.
SELECT days.day,
       count(logins.id) FILTER (WHERE logins.outcome = 'failed') AS hits,
       count(logins.id) AS total
FROM days LEFT JOIN logins ON logins.at >= days.starts AND logins.at < days.ends AND logins.outcome <> 'blocked'
GROUP BY days.day
