-- What the monitor looks at; each a probe of an index or a pass over a small table.

-- name: letters
SELECT d.webhook_type, count(*) AS letters, min(d.died_at) AS since
FROM (SELECT webhook_type, died_at FROM dead_letters WHERE replayed_at IS NULL AND dismissed_at IS NULL LIMIT %(cap)s) AS d
GROUP BY d.webhook_type ORDER BY d.webhook_type;

-- Numbers with a message that has been due for long, and no turn since then: what waits behind others of its number goes on,
-- only slowly. One probe per number and priority.
-- name: stalled
SELECT s.address, min(o.available_at) AS since
FROM sender_numbers AS s
CROSS JOIN unnest(ARRAY[0, 1, 2, 3]::smallint[]) AS p (priority)
CROSS JOIN LATERAL (
    SELECT w.available_at FROM outbound_message_log AS w
    WHERE w.status = 'PENDING' AND w.from_address = s.address AND w.priority = p.priority
    ORDER BY w.available_at LIMIT 1
) AS o
WHERE o.available_at <= %(late)s AND s.next_slot_at <= %(late)s
GROUP BY s.address ORDER BY s.address;

-- name: down
SELECT account, opened, last_error, changed_at AS since FROM provider_circuits
WHERE open_until IS NOT NULL AND opened >= %(openings)s ORDER BY account;

-- name: unknown
SELECT u.from_address, count(*) AS messages, min(u.created_at) AS since
FROM (SELECT from_address, created_at FROM outbound_message_log WHERE status = 'UNKNOWN' AND reconcile_at IS NULL LIMIT %(cap)s) AS u
GROUP BY u.from_address ORDER BY u.from_address;

-- When a worker was seen last; before there was one, since when anybody is here, so that a start is not taken for a death.
-- name: worker_seen
SELECT coalesce(max(seen_at) FILTER (WHERE 'worker' = ANY(roles)), min(started_at)) AS at FROM processes;
