-- Reads many alerts. A subquery that is not joined looks into one partition for each; a join would look for all of them in
-- all.
--
-- $1, $2: tenants and alerts, arrays of one length. $3, $4: the first and the last of these alerts; they follow from $2,
-- and tell which partitions are looked at before the statement begins.
-- Columns: those of AlertColumns, and the tenant.
SELECT found.*, wanted.tenant
FROM unnest($1::text[], $2::uuid[]) AS wanted (tenant, alert_id) CROSS JOIN LATERAL (
  SELECT
    -- uses: alert_columns
  FROM alerts a
  WHERE a.tenant = wanted.tenant AND a.alert_id = wanted.alert_id AND a.alert_id >= $3 AND a.alert_id <= $4
  LIMIT 1
) found
