-- What `frontdesk simulate` writes and looks at, in its scratch databases.

-- People who were in the business's list before they wrote, with their time zone and the end of their time.
-- name: import_people
INSERT INTO leads (client_id, phone, status, timezone, sequence_expires_at, created_at)
SELECT %(client_id)s, d.phone, 'new', d.timezone, d.expires_at, d.listed_at
FROM unnest(%(phones)s::text[], %(timezones)s::text[], %(expires_at)s::timestamptz[], %(listed_at)s::timestamptz[])
     AS d (phone, timezone, expires_at, listed_at);

-- What is to be done at this moment, and when the desk has something to do next by itself: a text, a step, or a lead whose
-- time is over.
-- name: look
SELECT EXISTS (SELECT 1 FROM inbox_lanes WHERE ready_at IS NOT NULL) AS events,
       EXISTS (SELECT 1 FROM outbound_message_log AS o WHERE o.status = 'PENDING' AND o.available_at <= %(now)s) AS texts,
       (SELECT min(o.available_at) FROM outbound_message_log AS o
        WHERE o.status = 'PENDING' AND o.available_at > %(now)s) AS text_at,
       (SELECT min(e.due_at) FROM sequence_enrolments AS e WHERE e.ended_at IS NULL) AS step_at,
       (SELECT min(l.sequence_expires_at) FROM leads AS l WHERE l.status IN ('new', 'qualifying', 'qualified')) AS end_at;

-- name: end_of_leads
SELECT phone, status, closed_reason, closed_at, sequence_expires_at, timezone, first_name, last_name, service_type_enum,
       last_sms_at, sms_count_today, created_at
FROM leads ORDER BY phone;

-- name: end_of_enrolments
SELECT l.phone, e.sequence, e.enrolled_at, e.next_step, e.due_at, e.ended_at, e.end_reason
FROM sequence_enrolments AS e JOIN leads AS l ON l.id = e.lead_id
ORDER BY l.phone, e.enrolled_at, e.sequence, e.ended_at;

-- name: end_of_ledger
SELECT id, to_address, reply_type, question_key, send_class, status, reason, created_at, due_at, available_at, sent_at,
       delivered_at, failed_at, body, collision_count, enrolment_id, correlation_id
FROM outbound_message_log
ORDER BY to_address, created_at, reply_type, body, status;

-- name: end_of_messages
SELECT l.phone, m.created_at, m.direction, m.status, m.blocked_reason, m.body, m.sent_at
FROM messages AS m JOIN leads AS l ON l.id = m.lead_id
ORDER BY l.phone, m.created_at, m.direction, m.body, m.status;

-- name: end_of_bookings
SELECT l.phone, b.starts_at, b.ends_at, b.status, b.created_at
FROM bookings AS b JOIN leads AS l ON l.id = b.lead_id
ORDER BY l.phone, b.starts_at, b.created_at;

-- name: end_of_consents
SELECT address, kind, scope, created_at FROM consents ORDER BY address, created_at, kind, scope;

-- name: hand_overs
SELECT count(DISTINCT lead_id) AS leads FROM conversations WHERE bot_paused_at IS NOT NULL;

-- What the desk could not handle: none in a sound run.
-- name: dead_letters
SELECT lane, error FROM dead_letters ORDER BY lane LIMIT 10;

-- Kept, and not handled: none when all has settled.
-- name: waiting
SELECT count(*) AS events FROM inbox_queue;
