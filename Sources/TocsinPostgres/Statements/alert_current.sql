-- Reads one alert before it is changed.
--
-- $1: tenant. $2: alert.
-- Columns: those of AlertColumns, what its deliveries say (NotificationStatus), the time, whether there are deliveries of it.
SELECT
  -- uses: alert_columns
  ,
  -- uses: told
, clock_timestamp(),
  EXISTS (SELECT FROM delivery_queue d WHERE d.tenant = $1 AND d.alert_id = $2)
    OR EXISTS (SELECT FROM deliveries d WHERE d.tenant = $1 AND d.alert_id = $2)
FROM alerts a WHERE a.tenant = $1 AND a.alert_id = $2
