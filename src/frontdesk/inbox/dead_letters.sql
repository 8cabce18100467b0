-- The event's story goes along; only what still is in its lane's queue can die, so that none dies twice.
-- name: bury
INSERT INTO dead_letters AS d
    (event_received_at, event_id, lane, lane_class, client_id, webhook_type, fingerprint, error, attempts, code_version,
     died_at, first_error, first_failed_at)
SELECT q.received_at, q.event_id, q.lane, l.lane_class, l.client_id, q.webhook_type, %(fingerprint)s, %(error)s,
       %(attempts)s, %(code_version)s, %(now)s, coalesce(q.first_error, %(error)s), coalesce(q.first_failed_at, %(now)s)
FROM inbox_queue AS q JOIN inbox_lanes AS l ON l.lane = q.lane
WHERE q.lane = %(lane)s AND q.received_at = %(received_at)s AND q.event_id = %(event_id)s
ON CONFLICT (event_received_at, event_id) DO UPDATE
SET fingerprint = excluded.fingerprint, error = excluded.error, attempts = excluded.attempts,
    code_version = excluded.code_version, died_at = excluded.died_at, deaths = d.deaths + 1,
    replayed_at = NULL, replay_at = NULL, dismissed_at = NULL;

-- A lane that no worker has in hand, locked, with its first event: what a person may park.
-- name: idle_head
SELECT l.lane, q.received_at, q.event_id, q.webhook_type, q.attempts
FROM inbox_lanes AS l
CROSS JOIN LATERAL (
    SELECT * FROM inbox_queue WHERE inbox_queue.lane = l.lane ORDER BY received_at, event_id LIMIT 1
) AS q
WHERE l.lane = %(lane)s AND l.claim_token IS NULL
FOR UPDATE OF l;

-- Replay: the dead event goes back into its lane's queue under its old place; the ledger keys derive from the event, so
-- that nobody is texted twice.
-- name: dead_letter
SELECT d.id, d.event_received_at, d.event_id, d.lane, d.lane_class, d.client_id, d.webhook_type, d.error
FROM dead_letters AS d
WHERE d.event_id = %(event_id)s AND d.replayed_at IS NULL AND d.dismissed_at IS NULL
FOR UPDATE;

-- name: mark_replayed
UPDATE dead_letters SET replayed_at = %(now)s, replay_at = NULL WHERE id = %(id)s;

-- name: queue_again
INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type)
VALUES (%(lane)s, %(received_at)s, %(event_id)s, %(webhook_type)s)
ON CONFLICT (lane, received_at, event_id) DO NOTHING;
