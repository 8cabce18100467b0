-- The message that has gathered long enough; locked, so that one sender closes it. A raise that joins it at the same moment
-- is either seen below or begins the next message.
-- name: lock_gathered
SELECT id, alert_type, kind, severity, created_at FROM alert_messages
WHERE status = 'gathering' AND due_at <= %(now)s
ORDER BY due_at, id LIMIT 1
FOR UPDATE SKIP LOCKED;

-- The conditions that a message is to tell of, as they stand now: those that are over, silenced or taken in hand since have
-- `holds` false.
-- name: open_members
SELECT l.id AS log_id, a.id AS alert_id, a.alert_key AS key, a.title, a.message, a.severity, a.opened_at, l.why, a.code, a.episode,
       a.resource_id, s.id AS silence_id,
       (SELECT 'silence by ' || left(o.author, 20) || ' ended' FROM alert_silences AS o
        WHERE l.why = 'silence_over' AND o.ends_at <= %(now)s AND (o.alert_type IS NULL OR o.alert_type = a.alert_type)
          AND a.alert_key LIKE o.key_like
        ORDER BY o.ends_at DESC, o.id LIMIT 1) AS detail,
       a.resolved_at IS NULL AND a.episode = l.episode AND s.id IS NULL AND a.ack_until IS NULL AND NOT a.handled AS holds
FROM alert_logs AS l
JOIN alerts AS a ON a.id = l.alert_id
LEFT JOIN LATERAL (
    SELECT q.id FROM alert_silences AS q
    WHERE q.starts_at <= %(now)s AND q.ends_at > %(now)s AND (q.alert_type IS NULL OR q.alert_type = a.alert_type)
      AND a.alert_key LIKE q.key_like
    ORDER BY q.ends_at DESC, q.id DESC LIMIT 1
) AS s ON true
WHERE l.message_id = %(message_id)s
ORDER BY l.created_at, l.id
FOR UPDATE OF a;

-- Those of the episodes that are still over and whose end nobody was told.
-- name: over_members
SELECT a.id AS alert_id, a.alert_key AS key, a.title, a.message, a.severity, e.opened_at, a.resolved_at, a.episode, a.resource_id
FROM alert_episodes AS e
JOIN alerts AS a ON a.id = e.alert_id
WHERE e.recovery_message_id = %(message_id)s AND a.resolved_at IS NOT NULL AND a.episode = e.episode AND a.told = 'open'
ORDER BY e.opened_at, a.id
FOR UPDATE OF a;

-- How many more of the type hold that the operator was told of before.
-- name: others_open
SELECT count(*) AS others FROM alerts
WHERE alert_type = %(alert_type)s AND resolved_at IS NULL AND told = 'open' AND NOT id = ANY(%(ids)s::bigint[]);

-- A notification that never went is none; the raise keeps what became of it.
-- name: forget_notification
DELETE FROM alert_logs WHERE id = ANY(%(log_ids)s::bigint[]);

-- Judged at send time: what a silence covers now waits for its end.
-- name: note_silenced
UPDATE alerts SET decision = 'silenced', silenced_by = %(silence_id)s WHERE id = %(alert_id)s AND resolved_at IS NULL;

-- name: note_decision
UPDATE alert_raises SET decision = %(decision)s, detail = %(detail)s
WHERE id = (SELECT r.id FROM alert_raises AS r
            WHERE r.alert_id = %(alert_id)s AND r.decision IN ('sent', 'bundled') ORDER BY r.at DESC, r.id DESC LIMIT 1);

-- name: mark_told
UPDATE alerts SET told = %(told)s WHERE id = ANY(%(ids)s::bigint[]);

-- The least code that is free. Two that find the same one: the second gets none here, and asks again.
-- name: take_code
INSERT INTO alert_codes AS c (code, alert_id, episode, held_until)
SELECT n.code, %(alert_id)s::bigint, %(episode)s::integer, 'infinity'::timestamptz
FROM generate_series(1, 999) AS n (code)
WHERE NOT EXISTS (SELECT 1 FROM alert_codes AS t WHERE t.code = n.code AND t.held_until > %(now)s)
ORDER BY n.code LIMIT 1
ON CONFLICT (code) DO UPDATE
SET alert_id = excluded.alert_id, episode = excluded.episode, held_until = excluded.held_until
WHERE c.held_until <= %(now)s
RETURNING c.code;

-- name: set_code
UPDATE alerts SET code = %(code)s WHERE id = %(alert_id)s;

-- name: code_of_episode
SELECT code FROM alert_codes WHERE alert_id = %(alert_id)s AND episode = %(episode)s AND held_until > %(now)s
ORDER BY code LIMIT 1;

-- name: close_message
UPDATE alert_messages
SET status = %(status)s, title = %(title)s, body = %(body)s, short = %(short)s, channels = %(channels)s::text[],
    members = %(members)s, closed_at = %(now)s
WHERE id = %(id)s AND status = 'gathering';

-- name: add_delivery
INSERT INTO alert_deliveries (message_id, channel, position, status, next_at, created_at)
VALUES (%(message_id)s, %(channel)s, %(position)s, 'waiting', %(now)s, %(now)s)
ON CONFLICT (message_id, channel) DO NOTHING;

-- What is due on one channel, or was in hand of a sender that died (its lease has run out, lease time).
-- name: claim_deliveries
WITH due AS (
    SELECT d.id FROM alert_deliveries AS d
    WHERE d.channel = %(channel)s
      AND ((d.status = 'waiting' AND d.next_at <= %(now)s) OR (d.status = 'sending' AND d.leased_until <= %(lease_now)s))
    ORDER BY d.next_at, d.id LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE alert_deliveries AS d
SET status = 'sending', claim_token = %(claim_token)s, leased_until = %(leased_until)s, attempts = d.attempts + 1
FROM due, alert_messages AS m
WHERE d.id = due.id AND m.id = d.message_id
RETURNING d.id, d.message_id, d.channel, d.position, d.attempts, m.alert_type, m.kind, m.severity, m.title, m.body, m.short,
          m.channels, m.created_at;

-- Settling: only the holder of the lease.
-- name: settle_delivery
UPDATE alert_deliveries
SET status = %(status)s, error = %(error)s, error_code = %(error_code)s, next_at = %(next_at)s, leased_until = NULL,
    delivered_at = CASE WHEN %(status)s::text = 'delivered' THEN %(now)s::timestamptz END
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status = 'sending';

-- The text stands in the ledger from here on, in the same transaction: it goes once.
-- name: hand_over
UPDATE alert_deliveries
SET status = 'handed', ledger_id = %(ledger_id)s, confirm_by = %(confirm_by)s, leased_until = NULL
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status = 'sending';

-- name: settle_handed
UPDATE alert_deliveries
SET status = %(status)s, error = %(error)s, error_code = %(error_code)s,
    delivered_at = CASE WHEN %(status)s::text = 'delivered' THEN %(now)s::timestamptz END
WHERE id = %(id)s AND status IN ('handed', 'unconfirmed');

-- name: mark_delivered
UPDATE alert_messages SET status = 'delivered' WHERE id = %(message_id)s AND status IN ('ready', 'failed');

-- name: note_channel
UPDATE alert_logs SET channel = %(channel)s, delivered_at = %(now)s WHERE message_id = %(message_id)s AND delivered_at IS NULL;

-- name: mark_failed
UPDATE alert_messages SET status = 'failed'
WHERE id = %(message_id)s AND status = 'ready'
  AND NOT EXISTS (SELECT 1 FROM alert_deliveries AS d
                  WHERE d.message_id = %(message_id)s AND d.status IN ('waiting', 'sending', 'handed', 'delivered'));

-- name: add_link
INSERT INTO alert_links (token_hash, message_id, act, recipient, expires_at)
VALUES (%(token_hash)s, %(message_id)s, 'ack', %(recipient)s, %(expires_at)s);

-- name: find_link
SELECT k.message_id, k.recipient, k.expires_at, k.used_at, k.used_by, m.title, m.body, m.alert_type, m.severity
FROM alert_links AS k JOIN alert_messages AS m ON m.id = k.message_id
WHERE k.token_hash = %(token_hash)s;

-- Once: whoever comes second touches no row.
-- name: use_link
UPDATE alert_links SET used_at = %(now)s, used_by = %(used_by)s
WHERE token_hash = %(token_hash)s AND used_at IS NULL AND expires_at > %(now)s;

-- The conditions that a message told of and that still hold, each in the episode that it told of.
-- name: told_by_message
SELECT a.id FROM alert_logs AS l JOIN alerts AS a ON a.id = l.alert_id AND a.episode = l.episode
WHERE l.message_id = %(message_id)s AND a.resolved_at IS NULL;

-- Is there anything to do, and when has the next message gathered? One probe of three small indexes, for a desk at rest.
-- name: work_there
SELECT (SELECT min(due_at) FROM alert_messages WHERE status = 'gathering') AS due_at,
       EXISTS (SELECT 1 FROM alert_deliveries
               WHERE (status = 'waiting' AND next_at <= %(now)s) OR (status = 'sending' AND leased_until <= %(lease_now)s)) AS due,
       EXISTS (SELECT 1 FROM alert_deliveries WHERE status IN ('handed', 'unconfirmed') AND created_at > %(since)s) AS handed;
