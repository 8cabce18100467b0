-- One row for each condition, kept for ever: opened anew once it was resolved, and otherwise left as it stands, so that the
-- process that sees it second has opened nothing. Decided in one statement, without a race.
-- name: open_alert
INSERT INTO alerts (alert_type, alert_key, severity, resource_id, opened_at)
VALUES (%(alert_type)s, %(alert_key)s, %(severity)s, %(resource_id)s, %(now)s)
ON CONFLICT (alert_type, alert_key) DO UPDATE
SET severity = excluded.severity, resource_id = excluded.resource_id, opened_at = excluded.opened_at,
    resolved_at = NULL, acknowledged_at = NULL
WHERE alerts.resolved_at IS NOT NULL
RETURNING id;

-- Touches no row while all is well, which is nearly always.
-- name: resolve_alert
UPDATE alerts SET resolved_at = %(now)s
WHERE alert_type = %(alert_type)s AND alert_key = %(alert_key)s AND resolved_at IS NULL;
