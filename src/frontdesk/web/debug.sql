-- What the debug panel of one conversation shows besides its page: read-only, limited, each by the conversation's own index.
-- Open dead letters alone have none by lane: all of them are looked through, and they are few.

-- The ledger rows of a conversation, newest first; the columns are those of list_outbox.
-- name: ledger_of
SELECT o.id, o.conversation_id, o.lead_id, o.client_id, o.outbound_dedupe_key, o.collision_count, o.status, o.error,
       o.error_code, o.reason, o.provider, o.channel, o.provider_message_id, o.reply_type, o.question_key, o.send_class,
       o.day_bucket, o.from_address, o.to_address, o.body, o.segments, o.attempts, o.correlation_id,
       nullif(o.available_at, %(for_a_person)s::timestamptz) AS available_at, coalesce(o.due_at, o.created_at) AS due_at,
       (o.status = 'UNKNOWN' AND o.reconcile_at IS NULL) AS needs_a_person, o.created_at, o.started_at, o.sent_at,
       o.delivered_at, o.failed_at
FROM outbound_message_log AS o
WHERE o.conversation_id = %(conversation_id)s
ORDER BY o.created_at DESC, o.id DESC LIMIT %(limit)s;

-- The webhooks that brought its messages, and those of its lane that were not handled: those have no message yet, and are
-- why a conversation stands still. The archive itself has no index by lane.
-- name: events_of
SELECT e.id, e.webhook_type, e.request_id, e.lane, e.client_id, e.correlation_id, e.received_at, e.status, e.attempts,
       e.available_at, e.last_error, e.processed_at, coalesce(p.duplicate_count, 0) AS duplicates
FROM (
    SELECT b.received_at, b.id FROM (
        SELECT m.event_received_at AS received_at, m.event_id AS id FROM messages AS m
        WHERE m.conversation_id = %(conversation_id)s AND m.event_id IS NOT NULL
        ORDER BY m.created_at DESC, m.id DESC LIMIT %(limit)s) AS b
    UNION
    SELECT w.received_at, w.id FROM (
        SELECT q.received_at, q.event_id AS id FROM inbox_queue AS q
        WHERE q.lane = %(lane)s ORDER BY q.received_at, q.event_id LIMIT %(limit)s) AS w
    UNION
    SELECT d.event_received_at, d.event_id FROM dead_letters AS d
    WHERE d.lane = %(lane)s AND d.replayed_at IS NULL AND d.dismissed_at IS NULL
) AS k
JOIN webhook_events AS e ON e.received_at = k.received_at AND e.id = k.id
LEFT JOIN processed_webhooks AS p ON p.request_id = e.request_id
ORDER BY e.received_at DESC, e.id DESC LIMIT %(limit)s;

-- What was read from its messages and what came of it, newest first, with the words of the message that say so. The trap:
-- a place from 0 to 0 is in no text.
-- name: readings_of
SELECT r.id, r.event_id, r.field, r.value, r.span_start, r.span_end, r.reader, r.confidence, r.accepted, r.why, r.previous,
       r.created_at,
       CASE WHEN r.span_end > r.span_start THEN substr(m.body, r.span_start + 1, r.span_end - r.span_start) END AS words
FROM (
    SELECT * FROM readings WHERE conversation_id = %(conversation_id)s ORDER BY created_at DESC, id DESC LIMIT %(limit)s
) AS r
LEFT JOIN messages AS m
    ON m.conversation_id = r.conversation_id AND m.event_id = r.event_id AND m.direction = 'inbound'
ORDER BY r.created_at DESC, r.id DESC;
