-- Columns named like personal data that the inventory of pii_encrypted.sql does not declare, as far as our role can see them.
-- The catalogue of PostgreSQL; SQLite has none, so the demo asks its own.
SELECT COUNT(*) AS value
FROM information_schema.columns c
WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema')
  AND c.data_type IN ('text', 'character varying', 'character', 'date')
  AND (c.column_name LIKE '%ssn%' OR c.column_name LIKE '%social_security%' OR c.column_name LIKE '%dob%'
    OR c.column_name LIKE '%birth%' OR c.column_name LIKE '%phone%' OR c.column_name LIKE '%passport%' OR c.column_name LIKE '%tax_id%')
  AND c.column_name NOT LIKE 'encrypted%'
  AND c.table_name || '.' || c.column_name NOT IN ('applicants.ssn', 'applicants.phone', 'applicants.date_of_birth',
    'applicants.address', 'household_members.ssn')
