-- Checks that fire nothing, for wrk.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"metric_name": "roas", "metric_value": 9, "campaign_id": "quiet", "campaign_name": "Quiet"}'
