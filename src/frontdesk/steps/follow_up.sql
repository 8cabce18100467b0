-- All that a decision about due enrolments must know, read across rooms, in the order in which they were due. `replied` is
-- asked of the messages themselves: the net under the withdrawal that every text brings about.
-- name: enrolments
SELECT e.id, e.client_id, e.lead_id, e.conversation_id, e.provider, e.sequence, e.next_step, e.due_at, e.enrolled_at,
       l.status AS lead_status, l.sequence_expires_at, l.first_name, l.last_name, l.email, l.service_type_enum,
       coalesce(l.timezone, c.timezone, 'UTC') AS timezone, c.name AS business,
       c.settings - 'flow' AS client_settings, v.channel, v.our_address, v.other_address, v.known_fields,
       v.bot_paused_at IS NOT NULL AS bot_paused, coalesce(n.kind = 'opt_out', false) AS opted_out,
       EXISTS (SELECT 1 FROM messages AS m
               WHERE m.conversation_id = e.conversation_id AND m.direction = 'inbound'
                 AND m.created_at > e.enrolled_at) AS replied
FROM sequence_enrolments AS e
JOIN leads AS l ON l.id = e.lead_id
JOIN clients AS c ON c.id = e.client_id
JOIN conversations AS v ON v.id = e.conversation_id
LEFT JOIN LATERAL (
    SELECT s.kind FROM consents AS s
    WHERE s.address = v.other_address
      AND (s.our_address = v.our_address OR s.scope = 'all' OR (s.scope = 'client' AND s.client_id = e.client_id))
    ORDER BY s.created_at DESC, s.id DESC LIMIT 1
) AS n ON true
WHERE e.id = ANY(%(ids)s::bigint[])
ORDER BY e.due_at, e.enrolled_at, e.id;
