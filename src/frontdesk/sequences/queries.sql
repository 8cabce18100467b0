-- Enrol a lead, once at a time per sequence: sequence_enrolments_once. Whoever is enrolled already stays where they are.
-- name: enroll
INSERT INTO sequence_enrolments (client_id, lead_id, conversation_id, provider, sequence, next_step, due_at, enrolled_at)
VALUES (%(client_id)s, %(lead_id)s, %(conversation_id)s, %(provider)s, %(sequence)s, 0, %(due_at)s, %(now)s)
ON CONFLICT (lead_id, sequence) WHERE ended_at IS NULL DO NOTHING
RETURNING id;

-- End all of a lead. One that finished lately ends for this reason too: its last text may still wait, and the gate holds
-- it back then.
-- name: withdraw
UPDATE sequence_enrolments
SET ended_at = coalesce(ended_at, %(now)s), end_reason = %(reason)s, due_at = NULL
WHERE lead_id = %(lead_id)s AND (ended_at IS NULL OR (end_reason = 'finished' AND ended_at > %(since)s));

-- Enrolments that are due, locked: several processes share a pass, and each step is one process's.
-- The trap: only these rows are locked. Whoever withdraws a lead has the lead's row and waits for them; a pass never waits.
-- name: claim_due
SELECT id FROM sequence_enrolments
WHERE ended_at IS NULL AND due_at <= %(now)s
ORDER BY due_at, id LIMIT %(limit)s
FOR UPDATE SKIP LOCKED;

-- name: advance
UPDATE sequence_enrolments AS e
SET next_step = d.next_step, due_at = d.due_at, ended_at = d.ended_at, end_reason = d.end_reason
FROM unnest(%(ids)s::bigint[], %(next_steps)s::integer[], %(due_at)s::timestamptz[], %(ended_at)s::timestamptz[],
            %(end_reasons)s::text[]) AS d (id, next_step, due_at, ended_at, end_reason)
WHERE e.id = d.id;

-- name: end_of_leads
UPDATE sequence_enrolments SET ended_at = %(now)s, end_reason = %(reason)s, due_at = NULL
WHERE lead_id = ANY(%(lead_ids)s::bigint[]) AND ended_at IS NULL;

-- name: list_enrolments
SELECT e.id, e.client_id, e.lead_id, e.conversation_id, e.sequence, e.next_step, e.due_at, e.enrolled_at, e.ended_at,
       e.end_reason
FROM sequence_enrolments AS e
WHERE %(lead_id)s::bigint IS NULL OR e.lead_id = %(lead_id)s
ORDER BY e.enrolled_at DESC, e.id DESC LIMIT %(limit)s;
