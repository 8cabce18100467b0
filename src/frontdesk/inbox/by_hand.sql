-- A lane that waits, in the hands of a person.

-- How the lane of a queued event stands, with the lane locked.
-- name: standing
SELECT q.lane, q.event_id, l.lapses,
       CASE WHEN l.ready_at IS NULL THEN 'held'
            WHEN l.claim_token IS NOT NULL AND l.ready_at > %(lease_now)s THEN 'in hand'
            WHEN l.claim_token IS NOT NULL THEN 'lapsed'
            WHEN l.ready_at > %(lease_now)s THEN 'backed off'
            ELSE 'ready' END AS lane_is
FROM inbox_queue AS q JOIN inbox_lanes AS l ON l.lane = q.lane
WHERE q.event_id = %(event_id)s
FOR UPDATE OF l;

-- A statement of its own, after the lock on the lane: what was first before may have been settled while we waited.
-- name: head
SELECT q.lane, q.received_at, q.event_id, q.webhook_type, q.attempts, coalesce(e.last_error, q.first_error) AS error
FROM inbox_queue AS q LEFT JOIN webhook_events AS e ON e.received_at = q.received_at AND e.id = q.event_id
WHERE q.lane = %(lane)s
ORDER BY q.received_at, q.event_id
LIMIT 1;

-- name: held_lanes
SELECT count(*) AS lanes FROM inbox_lanes WHERE retrying AND ready_at IS NULL;
