-- One free number for a client, and at once no other's. Rows that another transaction is taking are passed by: two clients
-- never wait for each other, and the unique index holds should they be one. Those of the client's own country, and none that
-- is spoken for (the desk's own numbers).
-- name: take
WITH free AS (
    SELECT phone_e164 FROM twilio_number_pool
    WHERE status = 'AVAILABLE' AND phone_e164 LIKE %(like)s AND NOT phone_e164 = ANY(%(reserved)s::text[])
    ORDER BY phone_e164 LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE twilio_number_pool AS p
SET status = 'ASSIGNED', client_id = %(client_id)s, assigned_at = %(now)s
FROM free WHERE p.phone_e164 = free.phone_e164
RETURNING p.phone_e164;

-- name: add
INSERT INTO twilio_number_pool (phone_e164, status, paid_until) VALUES (%(phone)s, 'AVAILABLE', %(paid_until)s)
ON CONFLICT (phone_e164) DO NOTHING;

-- Back from its client: callers of theirs still have it, so that it rests before another gets it.
-- name: release
UPDATE twilio_number_pool
SET status = 'QUARANTINED', client_id = NULL, assigned_at = NULL, released_at = %(now)s, released_from = client_id,
    quarantined_until = %(until)s
WHERE phone_e164 = %(phone)s AND status = 'ASSIGNED'
RETURNING released_from;

-- Put there by hand, without a time: it rests as long as any other.
-- name: date_quarantine
UPDATE twilio_number_pool SET quarantined_until = %(until)s WHERE status = 'QUARANTINED' AND quarantined_until IS NULL;

-- name: end_quarantine
UPDATE twilio_number_pool SET status = 'AVAILABLE', client_id = NULL, quarantined_until = NULL
WHERE status = 'QUARANTINED' AND quarantined_until <= %(now)s
RETURNING phone_e164;

-- name: counts
SELECT count(*) FILTER (WHERE status = 'AVAILABLE' AND NOT phone_e164 = ANY(%(reserved)s::text[])) AS available,
       count(*) FILTER (WHERE status = 'ASSIGNED') AS assigned,
       count(*) FILTER (WHERE status = 'QUARANTINED') AS quarantined,
       count(*) FILTER (WHERE status = 'RETIRED') AS retired
FROM twilio_number_pool;

-- name: list_numbers
SELECT p.phone_e164, p.status, p.client_id, c.name AS client_name, p.assigned_at, p.paid_until, p.quarantined_until,
       p.checked_at, p.trouble
FROM twilio_number_pool AS p LEFT JOIN clients AS c ON c.id = p.client_id
WHERE (%(status)s::text IS NULL OR p.status = %(status)s)
ORDER BY p.status, p.phone_e164;

-- What the provider said of each number, or says no more.
-- name: note_check
UPDATE twilio_number_pool AS p SET checked_at = %(now)s, trouble = nullif(t.trouble, '')
FROM unnest(%(phones)s::text[], %(troubles)s::text[]) AS t (phone, trouble)
WHERE p.phone_e164 = t.phone;
