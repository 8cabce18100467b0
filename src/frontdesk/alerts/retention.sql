-- What is kept of alerts that are over: the figures look back a month, people a quarter of a year. Each statement takes a
-- batch, the oldest first, and nothing of a condition that holds, of a message on its way or of a code that is still answered.

-- Of conditions that hold too: the oldest raises say nothing that the newer do not.
-- name: forget_raises
DELETE FROM alert_raises
WHERE id IN (SELECT r.id FROM alert_raises AS r WHERE r.at < %(before)s ORDER BY r.at, r.id LIMIT %(limit)s);

-- name: forget_logs
DELETE FROM alert_logs
WHERE id IN (SELECT l.id FROM alert_logs AS l
             WHERE l.created_at < %(before)s
               AND NOT EXISTS (SELECT 1 FROM alerts AS a WHERE a.id = l.alert_id AND a.resolved_at IS NULL)
             ORDER BY l.created_at, l.id LIMIT %(limit)s);

-- name: forget_links
DELETE FROM alert_links
WHERE token_hash IN (SELECT k.token_hash FROM alert_links AS k WHERE k.expires_at < %(before)s LIMIT %(limit)s);

-- The deliveries of messages that are over; the messages themselves are next, since deliveries point at them.
-- name: forget_deliveries
DELETE FROM alert_deliveries
WHERE id IN (SELECT d.id FROM alert_messages AS m JOIN alert_deliveries AS d ON d.message_id = m.id
             WHERE m.created_at < %(before)s AND m.status IN ('delivered', 'failed', 'dropped')
             ORDER BY m.created_at, m.id LIMIT %(limit)s);

-- name: forget_messages
DELETE FROM alert_messages
WHERE id IN (SELECT m.id FROM alert_messages AS m
             WHERE m.created_at < %(before)s AND m.status IN ('delivered', 'failed', 'dropped')
               AND NOT EXISTS (SELECT 1 FROM alert_deliveries AS d WHERE d.message_id = m.id)
             ORDER BY m.created_at, m.id LIMIT %(limit)s);

-- name: forget_episodes
DELETE FROM alert_episodes
WHERE (alert_id, episode) IN (SELECT e.alert_id, e.episode FROM alert_episodes AS e
                              WHERE e.opened_at < %(before)s AND e.resolved_at < %(before)s
                              ORDER BY e.opened_at LIMIT %(limit)s);

-- name: forget_silences
DELETE FROM alert_silences
WHERE id IN (SELECT s.id FROM alert_silences AS s WHERE s.ends_at < %(before)s ORDER BY s.ends_at LIMIT %(limit)s);

-- Last, conditions of which nothing is left. The trap: one that is opened again meanwhile is looked at once more when its
-- row is locked, and stays; and a notification's running number begins anew, so that no log of it may be left.
-- name: forget_alerts
DELETE FROM alerts
WHERE resolved_at < %(before)s
  AND id IN (SELECT a.id FROM alerts AS a
             WHERE a.resolved_at < %(before)s
               AND NOT EXISTS (SELECT 1 FROM alert_raises AS r WHERE r.alert_id = a.id)
               AND NOT EXISTS (SELECT 1 FROM alert_episodes AS e WHERE e.alert_id = a.id)
               AND NOT EXISTS (SELECT 1 FROM alert_logs AS l WHERE l.alert_id = a.id)
               AND NOT EXISTS (SELECT 1 FROM alert_codes AS c WHERE c.alert_id = a.id AND c.held_until > %(before)s)
             LIMIT %(limit)s);
