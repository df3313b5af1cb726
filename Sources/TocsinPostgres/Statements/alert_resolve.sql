-- Resolves an alert, unless it is resolved: the change, its count and its outbox row, all or none.
--
-- $1: tenant. $2: alert. $3: time. $4: user, or NULL. $5: id of the change. $6: its envelope.
-- Columns: acknowledged_at, acknowledged_by, resolved_at, resolved_by; no row where there was nothing to change.
WITH changed AS (
  UPDATE alerts a SET resolved_at = $3, resolved_by = $4
  WHERE a.tenant = $1 AND a.alert_id = $2 AND NOT (a.resolved)
  RETURNING a.*
), counted AS MATERIALIZED (
  SELECT tenant, tocsin_day_of(alert_id) AS day, campaign_id, alert_type, severity,
    0 AS fired, 0 AS acknowledged, 1 AS resolved
  FROM changed
),
-- uses: rollups
, noted AS (
  INSERT INTO alert_changes (change_id, envelope) SELECT $5::uuid, $6::text FROM changed
)
SELECT acknowledged_at, acknowledged_by, resolved_at, resolved_by FROM changed
