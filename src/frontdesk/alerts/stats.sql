-- Raises by decision. Those that the desk made by itself, such as an escalation, are no raises of anybody.
-- name: count_raises
SELECT a.alert_type, r.severity, r.decision, count(*) AS raises
FROM alert_raises AS r JOIN alerts AS a ON a.id = r.alert_id
WHERE r.at > %(since)s AND r.why = 'raised' AND a.alert_type <> %(test)s
GROUP BY a.alert_type, r.severity, r.decision
ORDER BY a.alert_type, r.severity, r.decision;

-- Notifications and what became of them: confirmed, on the way, or on no channel at all.
-- name: count_notifications
SELECT l.alert_type, l.severity, count(*) AS sent, count(l.delivered_at) AS delivered,
       count(*) FILTER (WHERE l.delivered_at IS NULL AND m.status = 'failed') AS failed
FROM alert_logs AS l LEFT JOIN alert_messages AS m ON m.id = l.message_id
WHERE l.created_at > %(since)s AND l.alert_type <> %(test)s
GROUP BY l.alert_type, l.severity
ORDER BY l.alert_type, l.severity;

-- name: count_episodes
SELECT e.alert_type, e.severity, count(*) AS episodes, count(e.acknowledged_at) AS acknowledged,
       count(*) FILTER (WHERE e.false_positive
                           OR (e.acknowledged_at IS NULL AND e.resolved_at < e.opened_at + %(moment)s::interval)) AS false_alarms
FROM alert_episodes AS e
WHERE e.opened_at > %(since)s AND e.severity <> 'LOW' AND e.alert_type <> %(test)s
GROUP BY e.alert_type, e.severity
ORDER BY e.alert_type, e.severity;

-- name: time_to_ack
SELECT (percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM e.acknowledged_at - e.opened_at)))::float8 AS seconds
FROM alert_episodes AS e
WHERE e.acknowledged_at > %(since)s AND e.alert_type <> %(test)s;

-- name: noisiest
SELECT a.alert_type, a.alert_key, count(*) AS raises, n.sent
FROM alert_raises AS r
JOIN alerts AS a ON a.id = r.alert_id
CROSS JOIN LATERAL (SELECT count(*) AS sent FROM alert_logs AS l WHERE l.alert_id = a.id AND l.created_at > %(since)s) AS n
WHERE r.at > %(since)s AND r.why = 'raised' AND a.alert_type <> %(test)s
GROUP BY a.alert_type, a.alert_key, n.sent
ORDER BY n.sent DESC, count(*) DESC, a.alert_type, a.alert_key
LIMIT %(limit)s;

-- name: channels_used
SELECT d.channel, count(*) AS tried, count(*) FILTER (WHERE d.status = 'delivered') AS delivered,
       count(*) FILTER (WHERE d.status = 'failed') AS failed, max(d.delivered_at) AS last_delivered_at
FROM alert_deliveries AS d WHERE d.created_at > %(since)s
GROUP BY d.channel ORDER BY d.channel;

-- name: open_by_severity
SELECT severity, count(*) AS open, count(ack_until) AS acknowledged FROM alerts WHERE resolved_at IS NULL GROUP BY severity
ORDER BY severity;

-- name: messages_by_status
SELECT status, count(*) AS messages FROM alert_messages WHERE created_at > %(since)s GROUP BY status ORDER BY status;
