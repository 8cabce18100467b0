-- The webhook that brought the newest message of a conversation; no row where it is no longer in the archive.
-- name: last_webhook
SELECT e.webhook_type, e.request_id, e.body, e.headers, e.payload
FROM (SELECT m.event_received_at, m.event_id FROM messages AS m
      WHERE m.conversation_id = %(conversation_id)s AND m.direction = 'inbound' AND m.event_id IS NOT NULL
      ORDER BY m.created_at DESC, m.id DESC LIMIT 1) AS last
JOIN webhook_events AS e ON e.received_at = last.event_received_at AND e.id = last.event_id;

-- What a retry must not change: how often it was sent to, and where the conversation stands.
-- name: standing
SELECT v.questions_asked_count, v.last_question_key, v.state_version,
       (SELECT count(*) FROM outbound_message_log AS o WHERE o.conversation_id = v.id) AS sends
FROM conversations AS v WHERE v.id = %(conversation_id)s;

-- name: waiting
SELECT count(*) AS events FROM webhook_events
WHERE request_id = %(request_id)s AND received_at >= %(since)s AND status IN ('waiting', 'retrying');
