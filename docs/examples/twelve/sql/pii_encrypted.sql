-- Customers whose tax number is stored, and those of them where it is stored encrypted only.
SELECT count(*) FILTER (WHERE tax_number IS NULL AND tax_number_encrypted LIKE 'v1:%') AS hits,
       count(*) AS total
FROM customers
WHERE tax_number IS NOT NULL OR tax_number_encrypted IS NOT NULL
