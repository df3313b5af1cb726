-- Reads one page of what may have a running cooldown, newest first. A page is a range of the primary key, so none costs more
-- than another one.
--
-- $1: tenant. $2: the lowest id. $3: the upper bound. $4: rules. $5: how many rows, 5,000 at most.
-- Columns: alert, rule, its incarnation, campaign, ad.
SELECT page.alert_id, page.rule_id, page.rule_incarnation, page.campaign_id, page.ad_id FROM (
  SELECT a.alert_id, a.rule_id, a.rule_incarnation, a.campaign_id, a.ad_id FROM alerts a
  WHERE a.tenant = $1 AND a.alert_id >= $2 AND a.alert_id < $3 AND a.rule_id = ANY ($4::text[])
  ORDER BY a.alert_id DESC LIMIT 5000
) page WHERE
  -- uses: planned_with_values
LIMIT $5
