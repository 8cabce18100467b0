-- Book a time, or nothing: without a target the exclusion of overlaps counts as a conflict too, and it waits for another
-- transaction that is booking the same time just now. An error would abort the transaction of the caller's answer.
-- name: book
INSERT INTO bookings (client_id, lead_id, starts_at, ends_at, service, note, source, cause, created_at)
VALUES (%(client_id)s, %(lead_id)s, %(starts_at)s, %(ends_at)s, %(service)s, %(note)s, %(source)s, %(cause)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING id, client_id, lead_id, starts_at, ends_at, status;

-- What stands in some span of time, in order: a bounded scan of one client's days.
-- name: standing
SELECT id, client_id, lead_id, starts_at, ends_at, status FROM bookings
WHERE client_id = %(client_id)s AND status = 'booked' AND starts_at < %(until)s AND ends_at > %(since)s
ORDER BY starts_at, id;

-- What a lead has booked and not had yet.
-- name: ahead_of
SELECT id, client_id, lead_id, starts_at, ends_at, status FROM bookings
WHERE lead_id = %(lead_id)s AND status = 'booked' AND ends_at > %(now)s
ORDER BY starts_at, id;

-- Cancelled once: the condition on the state keeps the time of the first cancelling.
-- name: cancel
UPDATE bookings SET status = 'cancelled', cancelled_at = %(now)s WHERE id = %(id)s AND status = 'booked';
