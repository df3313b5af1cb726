-- Acknowledges an alert, unless it is acknowledged or resolved: the change, its count and its outbox row, all or none.
--
-- $1: tenant. $2: alert. $3: time. $4: user, or NULL. $5: id of the change. $6: its envelope.
-- Columns: acknowledged_at, acknowledged_by, resolved_at, resolved_by; no row where there was nothing to change.
WITH changed AS (
  UPDATE alerts a SET acknowledged_at = $3, acknowledged_by = $4
  WHERE a.tenant = $1 AND a.alert_id = $2 AND NOT (a.acknowledged_at IS NOT NULL OR a.resolved)
  RETURNING a.*
), counted AS MATERIALIZED (
  SELECT tenant, tocsin_day_of(alert_id) AS day, campaign_id, alert_type, severity,
    0 AS fired, 1 AS acknowledged, 0 AS resolved
  FROM changed
),
-- uses: rollups
, noted AS (
  INSERT INTO alert_changes (change_id, envelope) SELECT $5::uuid, $6::text FROM changed
)
SELECT acknowledged_at, acknowledged_by, resolved_at, resolved_by FROM changed
