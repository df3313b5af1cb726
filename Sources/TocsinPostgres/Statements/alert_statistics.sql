-- Counts the alerts of a tenant.
--
-- $1: tenant.
-- Columns: type, severity, how many fired, were acknowledged, were resolved.
SELECT alert_type, severity, sum(fired), sum(acknowledged), sum(resolved)
FROM alert_rollups WHERE tenant = $1 GROUP BY alert_type, severity
