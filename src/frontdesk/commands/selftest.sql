-- What the self-test looks at, in its scratch schema.

-- name: redeliveries
SELECT p.duplicate_count,
       (SELECT count(*) FROM webhook_events AS e WHERE e.request_id = p.request_id) AS events
FROM processed_webhooks AS p
WHERE p.request_id = %(request_id)s AND p.duplicate_count >= %(at_least)s;

-- name: replies_to
SELECT count(*) AS messages FROM outbound_message_log WHERE to_address = %(phone)s HAVING count(*) >= %(at_least)s;

-- name: settled_message
SELECT id, status, reason, available_at, collision_count FROM outbound_message_log
WHERE id = %(id)s AND (status IN ('DELIVERED', 'BLOCKED') OR reason IS NOT NULL);

-- name: delivered_to
SELECT o.id, o.lead_id, o.conversation_id, o.client_id, o.sent_at FROM outbound_message_log AS o
WHERE o.to_address = %(phone)s AND o.status = 'DELIVERED'
ORDER BY o.created_at, o.id LIMIT 1;

-- name: waiting_for
SELECT id, status, reason, available_at FROM outbound_message_log
WHERE to_address = %(phone)s AND status = 'PENDING' AND reason IS NOT NULL;

-- The texts of a phone in the order in which they took effect, once all are there.
-- name: heard_from
SELECT array_agg(m.body ORDER BY m.id) AS bodies
FROM messages AS m JOIN leads AS l ON l.id = m.lead_id
WHERE l.phone = %(phone)s AND m.direction = 'inbound'
HAVING count(*) >= %(at_least)s;

-- name: add_request
INSERT INTO processed_webhooks (request_id, webhook_type, received_at, expires_at)
VALUES (%(request_id)s, 'twilio_sms', %(received_at)s, %(expires_at)s)
RETURNING request_id;

-- name: requests_left
SELECT coalesce(array_agg(request_id ORDER BY request_id), '{}') AS ids FROM processed_webhooks
WHERE request_id LIKE 'selftest-%%';

-- name: schema_there
SELECT to_regnamespace(%(schema)s) IS NOT NULL AS there;
