-- What is open of these types of alert: a range of the unique index for each.
-- name: open_alerts
SELECT alert_type, alert_key, severity FROM alerts WHERE alert_type = ANY(%(types)s::text[]) AND resolved_at IS NULL;
