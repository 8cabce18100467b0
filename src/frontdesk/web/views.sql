-- Read-only queries across rooms, for pages and API. Lists go by (time, id) and are limited; counts are capped. What waits
-- for a person has a time that no clock reaches (for_a_person), which is shown to nobody.

-- Every transaction of a view begins with this: it can write nothing, and a slow statement is cut off after 5 seconds.
-- name: only_read
SELECT set_config('transaction_read_only', 'on', true) AS read_only, set_config('statement_timeout', '5000', true) AS longest;

-- Conversations, the one that was written in last first: by the index conversations_by_last_message. `held`: of those alone
-- that a person has, however far back they stand.
-- name: list_conversations
SELECT c.id, c.client_id, c.lead_id, c.channel, c.our_address, c.other_address, c.last_message_at, c.bot_paused_at,
       c.bot_paused_why, c.last_question_key, c.questions_asked_count, c.state_version,
       l.first_name, l.last_name, l.status AS lead_status, cl.name AS client_name,
       m.body AS last_body, m.direction AS last_direction, m.status AS last_status, m.blocked_reason,
       coalesce(k.kind = 'opt_out', false) AS opted_out
FROM conversations AS c
JOIN leads AS l ON l.id = c.lead_id
JOIN clients AS cl ON cl.id = c.client_id
LEFT JOIN LATERAL (
    SELECT body, direction, status, blocked_reason FROM messages
    WHERE conversation_id = c.id ORDER BY created_at DESC, id DESC LIMIT 1
) AS m ON true
LEFT JOIN LATERAL (
    SELECT kind FROM consents
    WHERE address = c.other_address
      AND (our_address = c.our_address OR scope = 'all' OR (scope = 'client' AND client_id = c.client_id))
    ORDER BY created_at DESC, id DESC LIMIT 1
) AS k ON true
WHERE (c.last_message_at, c.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
  AND (c.bot_paused_at IS NOT NULL OR NOT %(held)s::boolean)
ORDER BY c.last_message_at DESC, c.id DESC
LIMIT %(limit)s;

-- name: show_conversation
SELECT c.id, c.client_id, c.lead_id, c.channel, c.our_address, c.other_address, c.last_message_at, c.bot_paused_at,
       c.bot_paused_why, c.last_question_key, c.questions_asked_count, c.state_version, c.known_fields, c.flow_state, c.created_at,
       l.first_name, l.last_name, l.phone, l.email, l.status AS lead_status, l.closed_reason, l.service_type_enum,
       coalesce(s.label, l.service_type_enum) AS service, l.last_sms_at, l.sms_count_today, l.sms_count_reset_at,
       cl.name AS client_name, coalesce(k.kind = 'opt_out', false) AS opted_out, k.created_at AS consent_at
FROM conversations AS c
JOIN leads AS l ON l.id = c.lead_id
JOIN clients AS cl ON cl.id = c.client_id
LEFT JOIN service_types AS s ON s.id = l.service_type_id
LEFT JOIN LATERAL (
    SELECT kind, created_at FROM consents
    WHERE address = c.other_address
      AND (our_address = c.our_address OR scope = 'all' OR (scope = 'client' AND client_id = c.client_id))
    ORDER BY created_at DESC, id DESC LIMIT 1
) AS k ON true
WHERE c.id = %(conversation_id)s;

-- The messages of one conversation, newest first, each with the webhook that brought it or its ledger row.
-- name: list_messages
SELECT m.id, m.direction, m.body, m.media, m.status, m.blocked_reason, m.created_at, m.sent_at, m.provider_message_id,
       e.id AS event_id, e.request_id, e.correlation_id AS event_correlation_id, e.received_at, e.processed_at,
       e.status AS event_status, e.attempts AS event_attempts, e.last_error, e.lane, e.available_at AS event_available_at,
       coalesce(p.duplicate_count, 0) AS duplicates,
       o.id AS ledger_id, o.outbound_dedupe_key, o.status AS ledger_status, o.reason, o.error, o.error_code, o.reply_type,
       o.question_key, o.send_class, o.collision_count, o.correlation_id AS ledger_correlation_id, o.attempts AS sends,
       nullif(o.available_at, %(for_a_person)s::timestamptz) AS available_at, o.created_at AS put_at, o.started_at,
       o.sent_at AS accepted_at, o.delivered_at, o.failed_at,
       (o.status = 'UNKNOWN' AND o.reconcile_at IS NULL) AS needs_a_person,
       o.provider_message_id AS carrier_id
FROM messages AS m
LEFT JOIN webhook_events AS e ON e.received_at = m.event_received_at AND e.id = m.event_id
LEFT JOIN processed_webhooks AS p ON p.request_id = e.request_id
LEFT JOIN outbound_message_log AS o ON o.id = m.outbound_id
WHERE m.conversation_id = %(conversation_id)s
  AND (m.created_at, m.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
ORDER BY m.created_at DESC, m.id DESC
LIMIT %(limit)s;

-- The receipts' webhooks: a receipt's request id is the carrier's message id and its state, so this is by primary key.
-- name: list_receipts
SELECT s.carrier_id, w.word, p.request_id, p.received_at, p.duplicate_count
FROM unnest(%(carrier_ids)s::text[]) AS s (carrier_id)
CROSS JOIN unnest(%(words)s::text[]) AS w (word)
JOIN processed_webhooks AS p ON p.request_id = s.carrier_id || ':' || w.word
ORDER BY p.received_at, p.request_id;

-- The ledger rows for one phone on one of our numbers, newest first: number to client to lead to conversation, by keys.
-- name: list_phone_ledger
SELECT o.id, o.conversation_id, o.status, o.reason, o.error, o.body, o.provider_message_id,
       nullif(o.available_at, %(for_a_person)s::timestamptz) AS available_at, o.created_at
FROM twilio_number_pool AS n
JOIN leads AS l ON l.client_id = n.client_id AND l.phone = %(phone)s
JOIN conversations AS c ON c.client_id = l.client_id AND c.lead_id = l.id
JOIN outbound_message_log AS o ON o.conversation_id = c.id
WHERE n.phone_e164 = %(our_number)s
ORDER BY o.created_at DESC, o.id DESC
LIMIT %(limit)s;

-- The newest consent of a phone that reaches one of our numbers.
-- name: opted_out
SELECT kind = 'opt_out' AS opted_out FROM consents
WHERE address = %(phone)s
  AND (our_address = %(our_number)s OR scope = 'all' OR (scope = 'client' AND client_id IN (
      SELECT n.client_id FROM twilio_number_pool AS n WHERE n.phone_e164 = %(our_number)s)))
ORDER BY created_at DESC, id DESC LIMIT 1;

-- name: list_events
SELECT e.id, e.webhook_type, e.request_id, e.lane, e.client_id, e.correlation_id, e.received_at, e.status, e.attempts,
       e.available_at, e.last_error, e.processed_at, coalesce(p.duplicate_count, 0) AS duplicates
FROM webhook_events AS e
LEFT JOIN processed_webhooks AS p ON p.request_id = e.request_id
WHERE (e.received_at, e.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
  AND (%(status)s::text IS NULL OR e.status = %(status)s)
ORDER BY e.received_at DESC, e.id DESC
LIMIT %(limit)s;

-- The ledger, newest first, by the index outbound_by_time. The trap: few rows that fit far back make it long, and the time
-- limit of a view cuts it off; the person's queue, which is such a case, has an index and a query of its own.
-- name: list_outbox
SELECT o.id, o.conversation_id, o.lead_id, o.client_id, o.outbound_dedupe_key, o.collision_count, o.status, o.error,
       o.error_code, o.reason, o.provider, o.channel, o.provider_message_id, o.reply_type, o.question_key, o.send_class,
       o.day_bucket, o.from_address, o.to_address, o.body, o.segments, o.attempts, o.correlation_id,
       nullif(o.available_at, %(for_a_person)s::timestamptz) AS available_at, coalesce(o.due_at, o.created_at) AS due_at,
       (o.status = 'UNKNOWN' AND o.reconcile_at IS NULL) AS needs_a_person, o.created_at, o.started_at, o.sent_at,
       o.delivered_at, o.failed_at
FROM outbound_message_log AS o
WHERE (o.created_at, o.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
  AND (%(status)s::text IS NULL OR o.status = %(status)s)
  AND (%(reason)s::text IS NULL OR o.reason = %(reason)s)
  AND (%(to_address)s::text IS NULL OR o.to_address = %(to_address)s)
  AND (%(client_id)s::bigint IS NULL OR o.client_id = %(client_id)s)
ORDER BY o.created_at DESC, o.id DESC
LIMIT %(limit)s;

-- What may have been sent: by the small index of UNKNOWN rows, newest first; those alone that wait for a person's word, if
-- asked. The columns are those of list_outbox.
-- name: list_unknown
SELECT o.id, o.conversation_id, o.lead_id, o.client_id, o.outbound_dedupe_key, o.collision_count, o.status, o.error,
       o.error_code, o.reason, o.provider, o.channel, o.provider_message_id, o.reply_type, o.question_key, o.send_class,
       o.day_bucket, o.from_address, o.to_address, o.body, o.segments, o.attempts, o.correlation_id, o.available_at,
       coalesce(o.due_at, o.created_at) AS due_at, (o.reconcile_at IS NULL) AS needs_a_person, o.created_at,
       o.started_at, o.sent_at, o.delivered_at, o.failed_at
FROM outbound_message_log AS o
WHERE o.status = 'UNKNOWN' AND (o.created_at, o.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
  AND (o.reconcile_at IS NULL OR NOT %(needs_a_person)s)
  AND (%(reason)s::text IS NULL OR o.reason = %(reason)s)
  AND (%(to_address)s::text IS NULL OR o.to_address = %(to_address)s)
  AND (%(client_id)s::bigint IS NULL OR o.client_id = %(client_id)s)
ORDER BY o.created_at DESC, o.id DESC
LIMIT %(limit)s;

-- How often each of these conversations was to say what stood in the ledger already.
-- name: conversation_collisions
SELECT o.conversation_id, sum(o.collision_count) AS collisions FROM outbound_message_log AS o
WHERE o.conversation_id = ANY(%(ids)s::bigint[]) GROUP BY o.conversation_id;

-- Calls, newest first, by the index calls_by_time; rows that turned out to be legs of another call are left out. Rows written
-- by hand may have no time at all. What became of a text-back is told by its ledger row.
-- name: list_calls
SELECT c.id, c.provider, coalesce(c.provider_call_id, c.dialpad_call_id) AS provider_call_id, c.client_id,
       cl.name AS client_name, c.lead_id, l.first_name, l.last_name, v.id AS conversation_id, c.direction, c.status, c.outcome,
       c.our_address, c.other_address, c.started_at, c.ended_at, c.talk_seconds, c.text_back, c.text_back_id,
       o.status AS text_back_status, o.reason AS text_back_reason,
       coalesce(c.started_at, c.created_at, timestamptz '1970-01-01 00:00+00') AS at
FROM calls AS c
LEFT JOIN clients AS cl ON cl.id = c.client_id
LEFT JOIN leads AS l ON l.id = c.lead_id
LEFT JOIN conversations AS v ON v.client_id = c.client_id AND v.lead_id = c.lead_id AND v.channel = 'sms'
LEFT JOIN outbound_message_log AS o ON o.id = c.text_back_id
WHERE c.joined_to IS NULL
  AND (coalesce(c.started_at, c.created_at, timestamptz '1970-01-01 00:00+00'), c.id)
      < (%(before_at)s::timestamptz, %(before_id)s::bigint)
  AND (%(status)s::text IS NULL OR c.status = %(status)s)
  AND (%(client_id)s::bigint IS NULL OR c.client_id = %(client_id)s)
ORDER BY coalesce(c.started_at, c.created_at, timestamptz '1970-01-01 00:00+00') DESC, c.id DESC
LIMIT %(limit)s;

-- Sending ----------------------------------------------------------------------------------------------------------------

-- The sender numbers with what each has under way, due, and waiting for later or for a person. Index ranges, each capped.
-- name: list_numbers
SELECT s.address, s.provider, s.next_slot_at, s.done, s.throttled, s.throttled_at, s.slow_factor, s.per_second,
       s.per_minute, e.executing, q.queued, w.waiting
FROM sender_numbers AS s
CROSS JOIN LATERAL (
    SELECT count(*) AS executing FROM outbound_message_log AS o
    WHERE o.status = 'SENDING' AND o.from_address = s.address
) AS e
CROSS JOIN LATERAL (
    SELECT count(*) AS queued FROM (
        SELECT 1 FROM outbound_message_log AS o
        WHERE o.status = 'PENDING' AND o.from_address = s.address AND o.available_at <= %(now)s LIMIT %(cap)s) AS d
) AS q
CROSS JOIN LATERAL (
    SELECT count(*) AS waiting FROM (
        SELECT 1 FROM outbound_message_log AS o
        WHERE o.status = 'PENDING' AND o.from_address = s.address AND o.available_at > %(now)s LIMIT %(cap)s) AS d
) AS w
WHERE %(only)s::text IS NULL OR s.address = %(only)s
ORDER BY s.address
LIMIT %(limit)s;

-- Health ------------------------------------------------------------------------------------------------------------------

-- name: schema_there
SELECT to_regclass('schema_versions') IS NOT NULL AS there;

-- name: schema_version
SELECT coalesce(max(version), 0) AS version FROM schema_versions;

-- The processes of the last hour; older rows are forgotten by whoever beats.
-- name: list_processes
SELECT roles, host, pid, version, started_at, seen_at FROM processes ORDER BY seen_at DESC, id LIMIT 200;

-- When the monitor last came to the end of a pass (lease time); no row before its first.
-- name: monitor_run
SELECT finished_at FROM monitor_runs WHERE name = 'monitor';

-- Open states in full (each has a partial index), final ones among the newest `cap` rows of the ledger.
-- name: outbox_counts
SELECT o.status, count(*) AS messages, sum(o.collision_count) AS collisions
FROM (
    SELECT status, collision_count FROM outbound_message_log ORDER BY created_at DESC, id DESC LIMIT %(cap)s
) AS o
WHERE o.status NOT IN ('PENDING', 'SENDING', 'UNKNOWN') GROUP BY o.status
UNION ALL
SELECT 'PENDING', count(*), sum(w.collision_count)
FROM (SELECT collision_count FROM outbound_message_log WHERE status = 'PENDING' LIMIT %(cap)s) AS w HAVING count(*) > 0
UNION ALL
SELECT f.status, count(*), sum(f.collision_count)
FROM (SELECT status, collision_count FROM outbound_message_log WHERE status IN ('SENDING', 'UNKNOWN') LIMIT %(cap)s) AS f
GROUP BY f.status;

-- The longest that a message which may go now has been waiting: one index probe per number and priority.
-- name: oldest_due
SELECT min(o.available_at) AS at
FROM sender_numbers AS s
CROSS JOIN unnest(ARRAY[0, 1, 2, 3]::smallint[]) AS p (priority)
CROSS JOIN LATERAL (
    SELECT w.available_at FROM outbound_message_log AS w
    WHERE w.status = 'PENDING' AND w.from_address = s.address AND w.priority = p.priority
    ORDER BY w.available_at LIMIT 1
) AS o
WHERE o.available_at <= %(now)s;

-- name: open_dead_letters
SELECT count(*) AS letters FROM (SELECT 1 FROM dead_letters WHERE replayed_at IS NULL AND dismissed_at IS NULL LIMIT %(cap)s) AS d;
