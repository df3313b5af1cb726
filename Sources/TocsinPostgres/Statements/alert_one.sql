-- Reads one alert.
--
-- $1: tenant. $2: alert.
-- Columns: those of AlertColumns, and what its deliveries say (NotificationStatus).
SELECT
  -- uses: alert_columns
  ,
  -- uses: told
FROM alerts a WHERE a.tenant = $1 AND a.alert_id = $2
