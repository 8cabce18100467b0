-- One raise, decided in one statement and logged with its decision; whoever comes second waits for the row and sees what
-- the first decided, so that one goes and the others are within the window, over any number of processes.
-- alert:    the decision stands in the row. What does not depend on what was there before (LOW, silenced, inhibited) comes as
--           `excluded.decision`; the rest compares the row with it. `forced` names the notification after which somebody raises
--           again on purpose (a silence is over …): a second one that means the same finds another number there.
-- message:  joins the message that gathers its group, or begins one: at once, or two minutes after the last one.
-- name: raise_alert
WITH quiet AS (
    SELECT s.id FROM alert_silences AS s
    WHERE s.starts_at <= %(now)s AND s.ends_at > %(now)s
      AND (s.alert_type IS NULL OR s.alert_type = %(alert_type)s) AND %(alert_key)s::text LIKE s.key_like
    ORDER BY s.ends_at DESC, s.id DESC LIMIT 1
), cause AS (
    SELECT c.alert_type FROM alerts AS c
    WHERE c.alert_type = ANY(%(inhibitors)s::text[]) AND c.resolved_at IS NULL
    ORDER BY c.opened_at, c.id LIMIT 1
), given AS (
    SELECT quiet.id AS silence, cause.alert_type AS inhibitor,
           CASE WHEN %(severity)s::text = 'LOW' THEN 'logged'
                WHEN quiet.id IS NOT NULL OR %(muted)s::boolean THEN 'silenced'
                WHEN cause.alert_type IS NOT NULL THEN 'inhibited' ELSE 'sent' END AS decision
    FROM (SELECT 1) AS one LEFT JOIN quiet ON true LEFT JOIN cause ON true
), alert AS (
    INSERT INTO alerts AS a
        (alert_type, alert_key, severity, resource_id, title, message, opened_at, raised_at, decision, notified_at,
         notified_severity, notify_seq, openings, silenced_by, inhibited_by, escalate_at)
    SELECT %(alert_type)s, %(alert_key)s, %(severity)s, %(resource_id)s, %(title)s, %(message)s, %(now)s, %(now)s, g.decision,
           CASE WHEN g.decision = 'sent' THEN %(now)s::timestamptz END, CASE WHEN g.decision = 'sent' THEN %(severity)s::text END,
           CASE WHEN g.decision = 'sent' THEN 1 ELSE 0 END, ARRAY[%(now)s::timestamptz],
           CASE WHEN g.decision = 'silenced' THEN g.silence END, CASE WHEN g.decision = 'inhibited' THEN g.inhibitor END,
           %(escalate_at)s
    FROM given AS g
    ON CONFLICT (alert_type, alert_key) DO UPDATE
    SET (decision, notified_at, notified_severity, notify_seq, handled, ack_until, acknowledged_at, acknowledged_by, severity,
         escalate_at, episode, raised_count, opened_at, openings, resolved_at) = (
        SELECT n.decision,
               CASE WHEN n.sent THEN excluded.raised_at WHEN n.anew THEN NULL ELSE a.notified_at END,
               CASE WHEN n.sent THEN n.severity WHEN n.anew THEN NULL ELSE a.notified_severity END,
               a.notify_seq + n.sent::int,
               a.handled AND NOT n.sent AND NOT n.anew,
               CASE WHEN n.sent OR n.anew THEN NULL ELSE a.ack_until END,
               CASE WHEN n.sent OR n.anew THEN NULL ELSE a.acknowledged_at END,
               CASE WHEN n.sent OR n.anew THEN NULL ELSE a.acknowledged_by END,
               n.severity,
               CASE WHEN n.severity <> 'MEDIUM' THEN NULL WHEN n.anew OR a.severity = 'LOW' THEN excluded.escalate_at
                    ELSE a.escalate_at END,
               a.episode + n.anew::int,
               CASE WHEN n.anew THEN 1 ELSE a.raised_count + 1 END,
               CASE WHEN n.anew THEN excluded.opened_at ELSE a.opened_at END,
               CASE WHEN n.anew THEN a.openings[greatest(1, cardinality(a.openings) - 8):] || excluded.openings
                    ELSE a.openings END,
               NULL::timestamptz
        FROM (
            SELECT d.decision, d.decision = 'sent' AS sent, a.resolved_at IS NOT NULL AS anew,
                   CASE WHEN a.resolved_at IS NULL AND coalesce(array_position('{LOW,MEDIUM,HIGH}'::text[], a.severity), 0)
                        > coalesce(array_position('{LOW,MEDIUM,HIGH}'::text[], excluded.severity), 0) THEN a.severity
                        ELSE excluded.severity END AS severity
            FROM (
                SELECT CASE
                    WHEN excluded.decision <> 'sent' THEN excluded.decision
                    WHEN a.notify_seq = %(forced)s::integer AND a.resolved_at IS NULL THEN 'sent'
                    WHEN a.resolved_at IS NOT NULL THEN
                        CASE WHEN (SELECT count(*) FROM unnest(a.openings) AS o (at) WHERE o.at > %(flaps_since)s) >= 2
                             THEN 'flapping' ELSE 'sent' END
                    WHEN a.decision = 'flapping' AND a.opened_at > %(calm_since)s AND coalesce(array_position('{LOW,MEDIUM,HIGH}'::text[], excluded.severity), 0)
                            <= coalesce(array_position('{LOW,MEDIUM,HIGH}'::text[], a.severity), 0)
                        THEN 'flapping'
                    WHEN coalesce(array_position('{LOW,MEDIUM,HIGH}'::text[], excluded.severity), 0)
                        > coalesce(array_position('{LOW,MEDIUM,HIGH}'::text[], a.notified_severity), 0) THEN 'sent'
                    WHEN a.handled THEN 'handled'
                    WHEN a.ack_until > excluded.raised_at THEN 'acknowledged'
                    WHEN a.notified_at > %(window_since)s THEN 'within_window'
                    ELSE 'sent' END AS decision
            ) AS d
        ) AS n),
        title = excluded.title, message = excluded.message, resource_id = excluded.resource_id, raised_at = excluded.raised_at,
        silenced_by = excluded.silenced_by, inhibited_by = excluded.inhibited_by
    RETURNING a.id, a.alert_type, a.alert_key, a.severity, a.resource_id, a.title, a.message, a.decision, a.notify_seq,
              a.episode, a.raised_count, a.opened_at, a.silenced_by, a.inhibited_by
), episode AS (
    INSERT INTO alert_episodes AS e (alert_id, episode, alert_type, severity, opened_at)
    SELECT id, episode, alert_type, severity, opened_at FROM alert
    ON CONFLICT (alert_id, episode) DO UPDATE SET severity = excluded.severity WHERE e.severity <> excluded.severity
), message AS (
    INSERT INTO alert_messages AS m (group_key, alert_type, kind, severity, status, due_at, created_at)
    SELECT alert_type || ' ' || severity, alert_type, 'open', severity, 'gathering',
           greatest(%(soon)s::timestamptz,
                    (SELECT max(p.due_at) FROM alert_messages AS p
                     WHERE p.group_key = %(alert_type)s || ' ' || alert.severity AND p.due_at > %(bundle_since)s
                       AND p.status <> 'dropped') + %(bundle)s::interval),
           %(now)s
    FROM alert WHERE decision = 'sent'
    ON CONFLICT (group_key) WHERE status = 'gathering' DO UPDATE SET members = m.members + 1
    RETURNING m.id, m.members, m.due_at
), notified AS (
    INSERT INTO alert_logs (alert_type, alert_key, severity, resource_id, title, message, alert_id, message_id, why, episode,
                            created_at)
    SELECT a.alert_type, a.alert_key || '#' || a.notify_seq, a.severity, a.resource_id, a.title, a.message, a.id, m.id, %(why)s,
           a.episode, %(now)s
    FROM alert AS a CROSS JOIN message AS m
), told AS (
    SELECT a.id, a.severity, a.title, a.raised_count, a.notify_seq,
           CASE WHEN m.members > 1 OR m.due_at > %(soon)s THEN 'bundled' ELSE a.decision END AS decision,
           coalesce(m.id::text, CASE a.decision WHEN 'silenced' THEN a.silenced_by::text WHEN 'inhibited' THEN a.inhibited_by END)
               AS detail
    FROM alert AS a LEFT JOIN message AS m ON true
), raised AS (
    INSERT INTO alert_raises (alert_id, at, severity, why, decision, detail, title)
    SELECT id, %(now)s, severity, %(why)s, decision, detail, title FROM told
)
SELECT id, decision, detail, raised_count = 1 AS opened FROM told;

-- Touches no row while all is well, which is nearly always. What was told as open is told as over: soon, or a little later
-- where it held only for a moment, since it may come back. The code stays taken for a while.
-- name: resolve_alert
WITH alert AS (
    UPDATE alerts AS a
    SET resolved_at = %(now)s, silenced_by = NULL, inhibited_by = NULL, handled = false, ack_until = NULL, escalate_at = NULL
    WHERE a.alert_type = %(alert_type)s AND a.alert_key = %(alert_key)s AND a.resolved_at IS NULL
    RETURNING a.id, a.alert_type, a.episode, a.opened_at, a.severity, a.told, a.code
), message AS (
    INSERT INTO alert_messages AS m (group_key, alert_type, kind, severity, status, due_at, created_at)
    SELECT alert_type || ' over', alert_type, 'over', severity, 'gathering',
           CASE WHEN opened_at > %(flaps_since)s THEN %(calm_until)s::timestamptz ELSE %(soon)s::timestamptz END, %(now)s
    FROM alert WHERE told = 'open' AND %(tell)s::boolean
    ON CONFLICT (group_key) WHERE status = 'gathering' DO UPDATE
        SET members = m.members + 1, due_at = greatest(m.due_at, excluded.due_at)
    RETURNING m.id
), over AS (
    INSERT INTO alert_episodes AS e (alert_id, episode, alert_type, severity, opened_at, resolved_at, recovery_message_id)
    SELECT a.id, a.episode, a.alert_type, a.severity, a.opened_at, %(now)s, m.id FROM alert AS a LEFT JOIN message AS m ON true
    ON CONFLICT (alert_id, episode) DO UPDATE
        SET resolved_at = excluded.resolved_at, recovery_message_id = excluded.recovery_message_id
), code AS (
    UPDATE alert_codes AS c SET held_until = %(code_free_at)s FROM alert AS a
    WHERE c.code = a.code AND c.alert_id = a.id AND c.episode = a.episode
)
SELECT id FROM alert;

-- What is to be raised again, and why: nobody did anything for twelve hours, or what held it back is over. Where both are
-- true it rises at once: told twice within minutes, it would say the same.
-- name: due_again
SELECT d.* FROM (
    SELECT a.alert_type, a.alert_key, a.severity, a.resource_id, a.title, a.message, a.notify_seq, a.opened_at, a.id,
           CASE WHEN a.decision = 'silenced' AND a.silenced_by IS NOT NULL THEN
                    CASE WHEN NOT a.handled AND (a.ack_until IS NULL OR a.ack_until <= %(now)s) AND NOT EXISTS (SELECT 1 FROM alert_silences AS s
                                          WHERE s.starts_at <= %(now)s AND s.ends_at > %(now)s
                                            AND (s.alert_type IS NULL OR s.alert_type = a.alert_type)
                                            AND a.alert_key LIKE s.key_like) THEN 'silence_over' END
                WHEN a.decision = 'inhibited' THEN 'uninhibited'
                WHEN a.decision = 'flapping' THEN
                    CASE WHEN a.opened_at <= %(calm_since)s AND a.told IS DISTINCT FROM 'open' THEN 'stands_still' END
                WHEN a.decision IN ('logged', 'silenced') THEN NULL
                WHEN a.escalate_at <= %(now)s AND NOT a.handled AND (a.ack_until IS NULL OR a.ack_until <= %(now)s) THEN 'escalated'
                WHEN a.ack_until <= %(now)s THEN 'ack_over' END AS why,
           (SELECT 'silence by ' || left(s.author, 20) || ' ended' FROM alert_silences AS s WHERE s.id = a.silenced_by) AS detail
    FROM alerts AS a WHERE a.resolved_at IS NULL
      AND (a.decision IN ('silenced', 'inhibited', 'flapping') OR a.ack_until <= %(now)s OR a.escalate_at <= %(now)s)
) AS d
WHERE d.why IS NOT NULL
ORDER BY d.opened_at, d.id
LIMIT %(limit)s;

-- Which of these types are open.
-- name: open_types
SELECT DISTINCT alert_type FROM alerts WHERE alert_type = ANY(%(types)s::text[]) AND resolved_at IS NULL;
