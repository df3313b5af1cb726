-- Counts the alerts of a campaign.
--
-- $1: tenant. $2: campaign.
-- Columns: as in alert_statistics.sql.
SELECT alert_type, severity, sum(fired), sum(acknowledged), sum(resolved)
FROM campaign_rollups WHERE tenant = $1 AND campaign_id = $2 GROUP BY alert_type, severity
