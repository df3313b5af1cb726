-- Counts the rows in the default partition of each table of PostgresAlertStore.partitionedTables, 100,000 at most.
--
-- Columns: table, rows.
SELECT 'alerts', (SELECT count(*) FROM (SELECT FROM alerts_default LIMIT 100000) counted)
UNION ALL
SELECT 'deliveries', (SELECT count(*) FROM (SELECT FROM deliveries_default LIMIT 100000) counted)
