-- What people do: each act touches open conditions alone, so that a late one changes nothing.
-- name: acknowledge
WITH acked AS (
    UPDATE alerts SET acknowledged_at = %(now)s, acknowledged_by = %(actor)s, ack_until = %(until)s, handled = %(handled)s,
        escalate_at = CASE WHEN %(handled)s::boolean THEN NULL ELSE escalate_at END
    WHERE id = ANY(%(ids)s::bigint[]) AND resolved_at IS NULL
    RETURNING id, alert_type, alert_key, episode, opened_at, severity, title, code
), noted AS (
    INSERT INTO alert_episodes AS e (alert_id, episode, alert_type, severity, opened_at, acknowledged_at)
    SELECT id, episode, alert_type, severity, opened_at, %(now)s FROM acked
    ON CONFLICT (alert_id, episode) DO UPDATE SET acknowledged_at = coalesce(e.acknowledged_at, excluded.acknowledged_at)
)
SELECT id, alert_type, alert_key, title, code FROM acked ORDER BY opened_at, id;

-- A person says that this was no trouble: it counts among the false alarms.
-- name: mark_false
UPDATE alert_episodes AS e SET false_positive = true FROM alerts AS a
WHERE a.id = %(alert_id)s AND e.alert_id = a.id AND e.episode = a.episode;

-- name: find_alert
SELECT a.id, a.alert_type, a.alert_key, a.severity, a.resource_id, a.title, a.message, a.episode, a.raised_count, a.opened_at,
       a.raised_at, a.resolved_at, a.decision, a.notified_at, a.told, a.silenced_by, a.inhibited_by, a.acknowledged_at,
       a.acknowledged_by, a.ack_until, a.handled, a.escalate_at, a.code, l.channel, l.delivered_at
FROM alerts AS a
LEFT JOIN LATERAL (SELECT n.channel, n.delivered_at FROM alert_logs AS n WHERE n.alert_id = a.id
                   ORDER BY n.created_at DESC, n.id DESC LIMIT 1) AS l ON true
WHERE a.id = %(alert_id)s;

-- Open ones first by severity, then the newest; from any place on.
-- name: list_alerts
SELECT a.id, a.alert_type, a.alert_key, a.severity, a.resource_id, a.title, a.message, a.episode, a.raised_count, a.opened_at,
       a.raised_at, a.resolved_at, a.decision, a.notified_at, a.told, a.silenced_by, a.inhibited_by, a.acknowledged_at,
       a.acknowledged_by, a.ack_until, a.handled, a.escalate_at, a.code, l.channel, l.delivered_at
FROM alerts AS a
LEFT JOIN LATERAL (SELECT n.channel, n.delivered_at FROM alert_logs AS n WHERE n.alert_id = a.id
                   ORDER BY n.created_at DESC, n.id DESC LIMIT 1) AS l ON true
WHERE (a.opened_at, a.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
  AND (%(state)s::text IS NULL OR (%(state)s = 'open') = (a.resolved_at IS NULL))
  AND (%(severity)s::text IS NULL OR a.severity = %(severity)s)
  AND (%(alert_type)s::text IS NULL OR a.alert_type = %(alert_type)s)
ORDER BY a.opened_at DESC, a.id DESC
LIMIT %(limit)s;

-- What a code meant: the condition, and whether that episode is the present one and still holds.
-- name: by_code
SELECT a.id, a.alert_type, a.alert_key, a.severity, a.title, a.message, a.opened_at, a.acknowledged_by, a.ack_until, a.decision,
       a.handled, a.resolved_at IS NULL AND a.episode = c.episode AS holds
FROM alert_codes AS c JOIN alerts AS a ON a.id = c.alert_id
WHERE c.code = %(code)s;

-- name: open_coded
SELECT a.id, a.code, a.severity, a.title, a.opened_at, a.ack_until FROM alerts AS a
WHERE a.resolved_at IS NULL AND a.code IS NOT NULL AND a.told = 'open'
ORDER BY a.opened_at DESC, a.id DESC
LIMIT %(limit)s;

-- name: raises_of
SELECT id, at, severity, why, decision, detail, title FROM alert_raises
WHERE alert_id = %(alert_id)s
ORDER BY at DESC, id DESC
LIMIT %(limit)s;

-- How many conditions hold, by severity; counted no further than a page says.
-- name: open_counts
SELECT severity, count(*) AS n FROM (SELECT severity FROM alerts WHERE resolved_at IS NULL LIMIT %(cap)s) AS a GROUP BY severity;

-- name: deliveries_of
SELECT d.id, d.message_id, d.channel, d.status, d.attempts, d.created_at, d.confirm_by, d.delivered_at, d.error, d.error_code,
       d.ledger_id
FROM alert_deliveries AS d
WHERE d.message_id IN (SELECT l.message_id FROM alert_logs AS l WHERE l.alert_id = %(alert_id)s
                       UNION SELECT e.recovery_message_id FROM alert_episodes AS e WHERE e.alert_id = %(alert_id)s)
ORDER BY d.created_at DESC, d.id DESC
LIMIT %(limit)s;

-- name: add_silence
INSERT INTO alert_silences (alert_type, key_pattern, key_like, author, comment, starts_at, ends_at, created_at)
VALUES (%(alert_type)s, %(key_pattern)s, %(key_like)s, %(author)s, %(comment)s, %(starts_at)s, %(ends_at)s, %(now)s)
RETURNING id;

-- name: end_silence
UPDATE alert_silences SET ends_at = %(now)s, ended_by = %(actor)s WHERE id = %(silence_id)s AND ends_at > %(now)s;

-- Those that hold or will, and the ones that ended lately; with how many open conditions each holds back.
-- name: list_silences
SELECT s.id, s.alert_type, s.key_pattern, s.author, s.comment, s.starts_at, s.ends_at, s.created_at, s.ended_by,
       (SELECT count(*) FROM alerts AS a
        WHERE a.resolved_at IS NULL AND (s.alert_type IS NULL OR s.alert_type = a.alert_type) AND a.alert_key LIKE s.key_like)
           AS matches,
       s.ends_at > %(now)s AND s.starts_at <= %(now)s AS holds
FROM alert_silences AS s
WHERE s.ends_at > %(since)s
ORDER BY s.ends_at DESC, s.id DESC
LIMIT %(limit)s;
