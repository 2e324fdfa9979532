-- Records that hold personal data, and those of them with nothing in plain text and a valid envelope in every declared column.
-- One statement, so one snapshot. The inventory below is the declaration; no value leaves the database.
-- An envelope is a version and base64 of nonce, tag and text: long enough, of that alphabet only, used once, and not a few
-- characters over and over (taking its first four characters out everywhere must leave more than half of it).
SELECT COUNT(CASE WHEN r.faults = 0 THEN 1 END) AS hits, COUNT(*) AS total
FROM (
  SELECT c.place, c.id,
    SUM(CASE
      WHEN c.plain <> '' THEN 1
      WHEN substr(c.cipher, 1, 3) NOT IN ('v1:', 'v2:') THEN 1
      WHEN length(c.cipher) < 51 THEN 1
      WHEN rtrim(substr(c.cipher, 4), 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=') <> '' THEN 1
      WHEN 2 * length(replace(replace(replace(replace(substr(c.cipher, 4), substr(c.cipher, 4, 1), ''),
        substr(c.cipher, 5, 1), ''), substr(c.cipher, 6, 1), ''), substr(c.cipher, 7, 1), '')) <= length(c.cipher) - 3 THEN 1
      WHEN c.twins > 1 THEN 1
      ELSE 0
    END) AS faults
  FROM (
    SELECT f.place, f.id, f.plain, f.cipher, COUNT(*) OVER (PARTITION BY f.field, f.cipher) AS twins
    FROM (
      SELECT 'applicants' AS place, 'ssn' AS field, id, COALESCE(trim(ssn), '') AS plain, COALESCE(encrypted_ssn, '') AS cipher FROM applicants
      UNION ALL
      SELECT 'applicants', 'phone', id, COALESCE(trim(phone), ''), COALESCE(encrypted_phone, '') FROM applicants
      UNION ALL
      SELECT 'applicants', 'date_of_birth', id, COALESCE(CAST(date_of_birth AS TEXT), ''), COALESCE(encrypted_date_of_birth, '') FROM applicants
      UNION ALL
      SELECT 'applicants', 'address', id, COALESCE(trim(address), ''), COALESCE(encrypted_address, '') FROM applicants
      UNION ALL
      SELECT 'household_members', 'household ssn', id, COALESCE(trim(ssn), ''), COALESCE(encrypted_ssn, '') FROM household_members
    ) f
    WHERE f.plain <> '' OR f.cipher <> ''
  ) c
  GROUP BY c.place, c.id
) r
