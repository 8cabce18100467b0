-- Find the conversation of a lead on a channel or make it. The update keeps the number the lead uses now and locks the
-- row: one turn at a time. A lead whom a person has is theirs on a new channel too: the caller locked the lead, so that
-- nobody takes it over or releases it meanwhile.
-- name: ensure
INSERT INTO conversations AS c
    (client_id, lead_id, channel, provider, our_address, other_address, last_message_at, created_at, bot_paused_at, bot_paused_why)
SELECT n.client_id, n.lead_id, n.channel, n.provider, n.our_address, n.other_address, n.at, n.at, h.bot_paused_at, h.bot_paused_why
FROM (
    SELECT %(client_id)s::bigint AS client_id, %(lead_id)s::bigint AS lead_id, %(channel)s::text AS channel, %(provider)s::text AS provider,
           %(our_address)s::text AS our_address, %(other_address)s::text AS other_address, %(now)s::timestamptz AS at
) AS n
LEFT JOIN LATERAL (
    SELECT o.bot_paused_at, o.bot_paused_why FROM conversations AS o
    WHERE o.client_id = n.client_id AND o.lead_id = n.lead_id AND o.bot_paused_at IS NOT NULL
    ORDER BY o.bot_paused_at, o.id LIMIT 1
) AS h ON true
ON CONFLICT (client_id, lead_id, channel) DO UPDATE
SET provider = excluded.provider, our_address = excluded.our_address, other_address = excluded.other_address,
    last_message_at = greatest(c.last_message_at, excluded.last_message_at)
RETURNING id, client_id, lead_id, channel, our_address, other_address, last_question_key, questions_asked_count,
          state_version, known_fields, flow_state, bot_paused_at;

-- The lead first, by its own key: joined, a plan that was made while the tables were empty reads all conversations.
-- name: get
SELECT c.id, c.client_id, c.lead_id, c.channel, c.our_address, c.other_address, c.last_question_key,
       c.questions_asked_count, c.state_version, c.known_fields, c.flow_state, c.bot_paused_at
FROM conversations AS c
WHERE c.client_id = %(client_id)s AND c.channel = %(channel)s
  AND c.lead_id = (SELECT l.id FROM leads AS l WHERE l.client_id = %(client_id)s AND l.phone = %(phone)s);

-- The natural key: an inbound message is one row for ever, also when its request id was forgotten long ago.
-- name: add_inbound
INSERT INTO messages (conversation_id, lead_id, direction, body, media, status, provider_message_id, event_received_at,
                      event_id, said_at, created_at)
VALUES (%(conversation_id)s, %(lead_id)s, 'inbound', %(body)s, %(media)s::jsonb, 'received', %(provider_message_id)s,
        %(event_received_at)s, %(event_id)s, %(said_at)s, %(now)s)
ON CONFLICT (provider_message_id) WHERE direction = 'inbound' DO NOTHING
RETURNING id;

-- name: inbound_known
SELECT provider_message_id FROM messages
WHERE direction = 'inbound' AND provider_message_id = ANY(%(provider_message_ids)b::text[]);

-- Saved only if nobody saved in between; else the turn is decided again.
-- name: save
UPDATE conversations
SET last_question_key = %(last_question_key)s, questions_asked_count = %(questions_asked_count)s,
    flow_state = %(flow_state)s::jsonb, state_version = state_version + 1
WHERE id = %(conversation_id)s AND state_version = %(state_version)s;

-- name: save_known
UPDATE conversations SET known_fields = %(known_fields)s::jsonb WHERE id = %(conversation_id)s;

-- name: add_outbound
INSERT INTO messages (conversation_id, lead_id, direction, body, status, outbound_id, created_at)
VALUES (%(conversation_id)s, %(lead_id)s, 'outbound', %(body)s, 'queued', %(outbound_id)s, %(now)s)
ON CONFLICT (outbound_id) DO NOTHING;

-- What became of outgoing messages, as the ledger says; sent_at is the time of the attempt, for blocked ones too.
-- name: mark_outbound
UPDATE messages AS m
SET status = d.status, blocked_reason = d.blocked_reason,
    provider_message_id = coalesce(d.provider_message_id, m.provider_message_id), sent_at = coalesce(m.sent_at, d.sent_at)
FROM unnest(%(outbound_ids)s::bigint[], %(statuses)s::text[], %(blocked_reasons)s::text[],
            %(provider_message_ids)s::text[], %(sent_at)s::timestamptz[])
     AS d (outbound_id, status, blocked_reason, provider_message_id, sent_at)
WHERE m.outbound_id = d.outbound_id;

-- A person takes over: the bot is silent in all conversations of a lead. The first time, and why then, stays.
-- name: pause_all_of
UPDATE conversations
SET bot_paused_why = CASE WHEN bot_paused_at IS NULL THEN %(why)s::text ELSE bot_paused_why END,
    bot_paused_at = coalesce(bot_paused_at, %(now)s::timestamptz)
WHERE lead_id = %(lead_id)s;

-- The conversations of a lead with what is known in each, locked; the caller locked the lead first.
-- name: lock_all_of
SELECT id, known_fields FROM conversations WHERE lead_id = %(lead_id)s ORDER BY id FOR NO KEY UPDATE;

-- Whose conversation it is, whether a person has it, and in how many of the lead's the bot still speaks.
-- name: holding
SELECT c.lead_id, c.bot_paused_at, c.bot_paused_why,
       (SELECT count(*) FROM conversations AS o WHERE o.lead_id = c.lead_id AND o.bot_paused_at IS NULL) AS not_held
FROM conversations AS c WHERE c.id = %(conversation_id)s;

-- The bot answers again in all conversations of a lead; no row where a person has none of them.
-- name: release_all_of
UPDATE conversations SET bot_paused_at = NULL, bot_paused_why = NULL
WHERE lead_id = %(lead_id)s AND bot_paused_at IS NOT NULL;

-- name: note_readings
INSERT INTO readings (conversation_id, event_id, field, value, span_start, span_end, reader, confidence, accepted, why,
                      previous, created_at)
SELECT %(conversation_id)s::bigint, %(event_id)s::bigint, d.field, d.value, d.span_start, d.span_end, d.reader, d.confidence,
       d.accepted, d.why, d.previous, %(now)s::timestamptz
FROM unnest(%(fields)s::text[], %(values)s::text[], %(starts)s::integer[], %(ends)s::integer[], %(readers)s::text[],
            %(confidences)s::real[], %(accepted)s::boolean[], %(whys)s::text[], %(previous)s::text[])
     AS d (field, value, span_start, span_end, reader, confidence, accepted, why, previous);

-- name: note_flow
INSERT INTO flow_versions (client_id, version, questions, first_used_at)
VALUES (%(client_id)s, %(version)s, %(questions)s::jsonb, %(now)s)
ON CONFLICT (client_id, version) DO NOTHING;
