-- Common table expressions that insert alerts and count them: `inserted` has those that were not there.
--
-- $1 to $20: arrays of one length, one a column, in the order of the columns below. What `counted` counts is what was
-- inserted, so repeating a batch counts nothing twice.
inserted AS (
  INSERT INTO alerts (tenant, alert_id, rule_id, rule_incarnation, alert_type, severity, title, message,
    campaign_id, campaign_name, ad_id, metric_name, metric_value, threshold_value, details, notification_status,
    acknowledged_at, acknowledged_by, resolved_at, resolved_by)
  SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::float8[], $14::float8[], $15::jsonb[],
    $16::jsonb[], $17::timestamptz[], $18::text[], $19::timestamptz[], $20::text[])
  ON CONFLICT DO NOTHING
  RETURNING tenant, alert_id, campaign_id, alert_type, severity, acknowledged_at, resolved_at
), counted AS MATERIALIZED (
  SELECT tenant, tocsin_day_of(alert_id) AS day, campaign_id, alert_type, severity,
    count(*)::integer AS fired, count(acknowledged_at)::integer AS acknowledged,
    count(resolved_at)::integer AS resolved
  FROM inserted GROUP BY tenant, tocsin_day_of(alert_id), campaign_id, alert_type, severity
),
-- uses: rollups
