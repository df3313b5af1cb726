-- Finds the newest alert of a rule and entity. Goes through the campaign's alerts since then, newest first, once among those
-- not resolved and once among the resolved.
--
-- $1: tenant. $2: campaign. $3: ad. $4: rule. $5: its incarnation. $6: the lowest id.
-- Columns: its id; no row where there is none.
SELECT found.alert_id FROM (VALUES (false), (true)) AS half (resolved)
CROSS JOIN LATERAL (
  SELECT a.alert_id FROM alerts a
  WHERE a.tenant = $1 AND a.campaign_id = $2 AND a.resolved = half.resolved AND a.alert_id >= $6
    AND a.ad_id = $3 AND a.rule_id = $4 AND a.rule_incarnation = $5
  ORDER BY a.alert_id DESC LIMIT 1
) found
WHERE
  -- uses: planned_with_values
ORDER BY found.alert_id DESC LIMIT 1
