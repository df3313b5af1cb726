-- Common table expressions that add what `counted` holds to `alert_rollups` and `campaign_rollups`: rows of `tenant`,
-- `day`, `campaign_id`, `alert_type`, `severity`, `fired`, `acknowledged`, `resolved`.
--
-- Locks are taken in one order everywhere, so that writers never wait in a circle: alerts by id, then `alert_rollups`, then
-- `campaign_rollups`, each in the order of its key. That the second expression reads the first one is what puts them in
-- order.
--
-- The sums go up to the greatest number that the columns hold: a count that other hands put there must not keep alerts
-- from being written.
by_day AS (
  INSERT INTO alert_rollups AS r (tenant, day, alert_type, severity, slot, fired, acknowledged, resolved)
  SELECT tenant, day, alert_type, severity, pg_backend_pid() % 8, sum(fired), sum(acknowledged), sum(resolved)
  FROM counted GROUP BY tenant, day, alert_type, severity ORDER BY tenant, day, alert_type, severity
  ON CONFLICT (tenant, day, alert_type, severity, slot) DO UPDATE SET
    fired = least(r.fired, 2147483647 - excluded.fired) + excluded.fired,
    acknowledged = least(r.acknowledged, 2147483647 - excluded.acknowledged) + excluded.acknowledged,
    resolved = least(r.resolved, 2147483647 - excluded.resolved) + excluded.resolved
  RETURNING 1
), by_campaign AS (
  INSERT INTO campaign_rollups AS r
    (tenant, campaign_id, week, alert_type, severity, slot, fired, acknowledged, resolved)
  SELECT tenant, campaign_id, (day + 3) / 7, alert_type, severity, pg_backend_pid() % 8,
    sum(fired), sum(acknowledged), sum(resolved)
  FROM counted WHERE (SELECT count(*) FROM by_day) > 0
  GROUP BY tenant, campaign_id, (day + 3) / 7, alert_type, severity
  ORDER BY tenant, campaign_id, (day + 3) / 7, alert_type, severity
  ON CONFLICT (tenant, campaign_id, week, alert_type, severity, slot) DO UPDATE SET
    fired = least(r.fired, 2147483647 - excluded.fired) + excluded.fired,
    acknowledged = least(r.acknowledged, 2147483647 - excluded.acknowledged) + excluded.acknowledged,
    resolved = least(r.resolved, 2147483647 - excluded.resolved) + excluded.resolved
)
