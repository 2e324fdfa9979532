-- Where personal data stand open, and how many: names of columns and counts, never a value. The inventory of pii_encrypted.sql.
SELECT c.field, c.problem, COUNT(*) AS value
FROM (
  SELECT f.field,
    CASE
      WHEN f.plain <> '' THEN 'plain text'
      WHEN substr(f.cipher, 1, 3) NOT IN ('v1:', 'v2:') THEN 'no envelope'
      WHEN length(f.cipher) < 51 THEN 'too short'
      WHEN rtrim(substr(f.cipher, 4), 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=') <> '' THEN 'not base64'
      WHEN 2 * length(replace(replace(replace(replace(substr(f.cipher, 4), substr(f.cipher, 4, 1), ''),
        substr(f.cipher, 5, 1), ''), substr(f.cipher, 6, 1), ''), substr(f.cipher, 7, 1), '')) <= length(f.cipher) - 3 THEN 'no entropy'
      WHEN COUNT(*) OVER (PARTITION BY f.field, f.cipher) > 1 THEN 'same ciphertext twice'
    END AS problem
  FROM (
    SELECT 'applicants.ssn' AS field, COALESCE(trim(ssn), '') AS plain, COALESCE(encrypted_ssn, '') AS cipher FROM applicants
    UNION ALL
    SELECT 'applicants.phone', COALESCE(trim(phone), ''), COALESCE(encrypted_phone, '') FROM applicants
    UNION ALL
    SELECT 'applicants.date_of_birth', COALESCE(CAST(date_of_birth AS TEXT), ''), COALESCE(encrypted_date_of_birth, '') FROM applicants
    UNION ALL
    SELECT 'applicants.address', COALESCE(trim(address), ''), COALESCE(encrypted_address, '') FROM applicants
    UNION ALL
    SELECT 'household_members.ssn', COALESCE(trim(ssn), ''), COALESCE(encrypted_ssn, '') FROM household_members
  ) f
  WHERE f.plain <> '' OR f.cipher <> ''
) c
WHERE c.problem IS NOT NULL
GROUP BY c.field, c.problem
