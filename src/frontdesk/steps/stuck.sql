-- Clients who are longer in one state than its threshold by the clock on the wall, which no other clock outruns, and those
-- who cannot be expected to answer. A row whose state a person wrote, and the monitor has not noted yet, is left out: its
-- time is that of the state before. `not_asked` leaves ten minutes: a question may be put a little before the state is noted.
-- The trap: texts are looked for by the owner's phone alone, so that what the desk tells an owner of leads counts as asked.
-- The trap: without OFFSET 0 the planner reads all clients who are done as well, and asks for the texts twice.
-- name: waiting
SELECT s.client_id, c.name, c.phone_number AS phone, s.entered_at, c.payment_active AS paid,
       c.timezone, c.settings ->> 'hours' AS hours, w.trouble
FROM (
    SELECT client_id, entered_at FROM onboarding_states
    WHERE current_state = %(state)s AND entered_at <= greatest(%(late)s::timestamptz, %(structural)s)
      AND completed_at IS NULL AND current_state <> 'COMPLETE' OFFSET 0
) AS s
JOIN clients AS c ON c.id = s.client_id
LEFT JOIN onboarding_stays AS t ON t.client_id = s.client_id AND t.left_at IS NULL
CROSS JOIN LATERAL (
    SELECT CASE WHEN NOT %(asks)s::boolean OR s.entered_at > %(structural)s THEN NULL
                WHEN (SELECT n.kind FROM consents AS n WHERE n.address = c.phone_number
                      ORDER BY n.created_at DESC, n.id DESC LIMIT 1) = 'opt_out' THEN 'opted_out'
                ELSE (SELECT CASE WHEN o.status IN ('FAILED', 'UNDELIVERED', 'BLOCKED', 'CANCELLED') THEN 'not_delivered'
                                  WHEN o.status IN ('PENDING', 'SENDING', 'UNKNOWN') THEN NULL
                                  WHEN o.created_at < s.entered_at - interval '10 minutes' THEN 'not_asked' END
                      FROM outbound_message_log AS o WHERE o.to_address = c.phone_number
                      ORDER BY o.created_at DESC, o.id DESC LIMIT 1) END AS trouble OFFSET 0
) AS w
WHERE (s.entered_at <= %(late)s OR w.trouble IS NOT NULL)
  AND coalesce(t.state = %(state)s OR t.entered_at <> s.entered_at, true);

-- One statement looks again and notes: only who is still in that state, since then, comes back, so that nobody is alerted of
-- who moved on meanwhile. `first`: it was not logged of this stay within the time that one log line holds.
-- name: still_stuck
WITH logged AS (
    UPDATE onboarding_states AS s SET stuck_detected_at = %(now)s
    FROM unnest(%(client_ids)s::bigint[], %(states)s::text[], %(entered_at)s::timestamptz[]) AS e (client_id, state, entered_at)
    WHERE s.client_id = e.client_id AND s.current_state = e.state AND s.entered_at = e.entered_at AND s.completed_at IS NULL
      AND (s.stuck_detected_at IS NULL OR s.stuck_detected_at <= %(logged_before)s OR s.stuck_detected_at < s.entered_at)
    RETURNING s.client_id
)
SELECT s.client_id, l.client_id IS NOT NULL AS first
FROM unnest(%(client_ids)s::bigint[], %(states)s::text[], %(entered_at)s::timestamptz[]) AS e (client_id, state, entered_at)
JOIN onboarding_states AS s ON s.client_id = e.client_id AND s.current_state = e.state AND s.entered_at = e.entered_at
                           AND s.completed_at IS NULL
LEFT JOIN logged AS l ON l.client_id = s.client_id;

-- The same once more, in the transaction that alerts of one client: until that ends they do not move. One who is just being
-- moved is passed over, and not waited for: the next pass sees where they went.
-- name: stays_stuck
SELECT client_id FROM onboarding_states
WHERE client_id = %(client_id)s AND current_state = %(state)s AND entered_at = %(entered_at)s AND completed_at IS NULL
FOR SHARE SKIP LOCKED;
