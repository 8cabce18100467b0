-- All that the gate must know about some ledger rows, read across rooms. The recipient's newest consent that reaches our
-- number holds. Who said the same before counts what may have been sent within the hour. A text-back answers a call of theirs:
-- whether it is for those whose lead is closed was decided with the call. A hand-over's own words are the bot's last. An
-- owner who is being set up is told so before they pay. The ids come out of a sub-select, so that one of them looks like
-- any number to the planner: it plans once, where it else planned each time anew (1.4 ms, for 0.3 that the query runs).
-- name: gate_facts
SELECT o.id, o.send_class, coalesce(o.due_at, o.created_at) AS due_at, o.lead_id, o.provider, o.channel, o.to_address,
       coalesce(l.timezone, c.timezone, 'UTC') AS timezone, l.timezone AS lead_timezone, c.timezone AS client_timezone,
       coalesce(n.kind = 'opt_out', false) AS opted_out,
       coalesce(c.paused, false) AS client_paused,
       coalesce(NOT c.payment_active, false) AND o.reply_type <> 'onboarding' AS client_unpaid,
       v.bot_paused_at IS NOT NULL AND o.reply_type <> 'hand_over' AS bot_paused,
       coalesce(l.status IN ('won', 'lost'), false) AND o.reply_type <> 'text_back' AS lead_closed,
       (o.channel = 'sms' AND l.not_textable_at IS NOT NULL) AS not_textable,
       coalesce(c.settings -> 'limits', '{}'::jsonb) AS limits, coalesce(c.settings -> 'quiet', '{}'::jsonb) AS quiet,
       coalesce(q.end_reason <> 'finished', false) AS withdrawn,
       w.switches, i.last_inbound_at, r.same_texts, a.open_until, coalesce(a.failures > 0, false) AS account_failing,
       l.last_sms_at, coalesce(l.sms_count_today, 0) AS sms_count_today, l.sms_count_reset_at
FROM outbound_message_log AS o
LEFT JOIN leads AS l ON l.id = o.lead_id
LEFT JOIN clients AS c ON c.id = o.client_id
LEFT JOIN provider_circuits AS a ON a.account = o.provider
LEFT JOIN conversations AS v ON v.id = o.conversation_id
LEFT JOIN sequence_enrolments AS q ON q.id = o.enrolment_id
LEFT JOIN LATERAL (
    SELECT s.kind FROM consents AS s
    WHERE s.address = o.to_address
      AND (s.our_address = o.from_address OR s.scope = 'all' OR (s.scope = 'client' AND s.client_id = o.client_id))
    ORDER BY s.created_at DESC, s.id DESC LIMIT 1
) AS n ON true
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(k.scope || ' ' || k.mode), '{}') AS switches FROM send_switches AS k
    WHERE k.name = CASE k.scope WHEN 'global' THEN '' WHEN 'client' THEN o.client_id::text WHEN 'number' THEN o.from_address
                                WHEN 'provider' THEN o.provider
                                ELSE (%(lanes)s::text[])[o.priority + 1] END
) AS w
CROSS JOIN LATERAL (
    SELECT max(coalesce(m.said_at, m.created_at)) AS last_inbound_at FROM messages AS m
    WHERE o.channel = 'whatsapp' AND m.conversation_id = o.conversation_id AND m.direction = 'inbound'
) AS i
CROSS JOIN LATERAL (
    SELECT count(*) AS same_texts FROM outbound_message_log AS x
    WHERE x.conversation_id = o.conversation_id AND x.created_at > %(since)s AND x.body = o.body AND x.id <> o.id
      AND x.status IN ('SENDING', 'SENT', 'DELIVERED', 'UNDELIVERED', 'UNKNOWN')
) AS r
WHERE o.id = ANY(ARRAY(SELECT unnest(%(ids)s::bigint[])));

-- name: opted_out
SELECT s.kind = 'opt_out' AS opted_out FROM consents AS s
WHERE s.address = %(address)s
  AND (s.our_address = %(our_address)s OR s.scope = 'all' OR (s.scope = 'client' AND s.client_id = %(client_id)s))
ORDER BY s.created_at DESC, s.id DESC LIMIT 1;
