-- All that the gate must know about some ledger rows, read across rooms. The newest consent of (recipient, our number) holds.
-- name: gate_facts
SELECT o.id, o.send_class, o.created_at, o.lead_id,
       coalesce(l.timezone, c.timezone, 'UTC') AS timezone,
       coalesce(n.kind = 'opt_out', false) AS opted_out,
       coalesce(c.paused, false) AS client_paused,
       coalesce(NOT c.payment_active, false) AS client_unpaid,
       v.bot_paused_at IS NOT NULL AS bot_paused,
       coalesce(l.status IN ('won', 'lost'), false) AS lead_closed,
       coalesce(c.settings -> 'limits', '{}'::jsonb) AS limits,
       l.last_sms_at, coalesce(l.sms_count_today, 0) AS sms_count_today, l.sms_count_reset_at
FROM outbound_message_log AS o
LEFT JOIN leads AS l ON l.id = o.lead_id
LEFT JOIN clients AS c ON c.id = o.client_id
LEFT JOIN conversations AS v ON v.id = o.conversation_id
LEFT JOIN LATERAL (
    SELECT s.kind FROM consents AS s
    WHERE s.address = o.to_address AND s.our_address = o.from_address
    ORDER BY s.created_at DESC, s.id DESC LIMIT 1
) AS n ON true
WHERE o.id = ANY(%(ids)s::bigint[]);

-- name: opted_out
SELECT s.kind = 'opt_out' AS opted_out FROM consents AS s
WHERE s.address = %(address)s AND s.our_address = %(our_address)s
ORDER BY s.created_at DESC, s.id DESC LIMIT 1;
