-- Numbers of ours that serve a client, at most two: enough to know whether there is a choice.
-- name: our_numbers
SELECT n.phone_e164 AS number, n.client_id, c.name AS client_name, c.timezone
FROM twilio_number_pool AS n
JOIN clients AS c ON c.id = n.client_id
WHERE n.status = 'ASSIGNED'
  AND (%(client_id)s::bigint IS NULL OR n.client_id = %(client_id)s)
  AND (%(number)s::text IS NULL OR n.phone_e164 = %(number)s)
ORDER BY n.phone_e164
LIMIT 2;

-- A conversation with all that a message in it needs to know. The provider is the one that its number sends through.
-- name: conversation_by_id
SELECT c.id, c.client_id, c.lead_id, c.channel, c.our_address, c.other_address, c.last_question_key,
       c.questions_asked_count, c.state_version, c.known_fields, c.flow_state, c.bot_paused_at
FROM conversations AS c WHERE c.id = %(conversation_id)s;

-- name: phone_of
SELECT phone FROM leads WHERE id = %(lead_id)s;

-- name: time_zone
SELECT coalesce(l.timezone, c.timezone, 'UTC') AS timezone
FROM leads AS l JOIN clients AS c ON c.id = l.client_id WHERE l.id = %(lead_id)s;

-- The provider that a conversation came by, else the one that our number sent through so far.
-- name: provider_of
SELECT coalesce(c.provider, s.provider) AS provider
FROM conversations AS c LEFT JOIN sender_numbers AS s ON s.address = %(number)s
WHERE c.id = %(conversation_id)s;

-- name: provider_of_number
SELECT provider FROM sender_numbers WHERE address = %(number)s;

-- name: providers_seen
SELECT provider FROM sender_numbers GROUP BY provider ORDER BY provider;
