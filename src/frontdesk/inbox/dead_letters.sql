-- Open is a letter that was neither replayed nor dismissed since its event died. The conditions of a selection stand in
-- each statement that takes one: null does not ask. Whoever locks several letters locks them in the order of their events.

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
    replayed_at = NULL, replay_at = NULL, replay_rate = NULL, dismissed_at = NULL;

-- A lane that no worker has in hand, locked, with its first event: what a person may park.
-- name: idle_head
SELECT l.lane, q.received_at, q.event_id, q.webhook_type, q.attempts
FROM inbox_lanes AS l
CROSS JOIN LATERAL (
    SELECT * FROM inbox_queue WHERE inbox_queue.lane = l.lane ORDER BY received_at, event_id LIMIT 1
) AS q
WHERE l.lane = %(lane)s AND l.claim_token IS NULL
FOR UPDATE OF l;

-- Looking --------------------------------------------------------------------------------------------------------------

-- What died alike, the largest group first, with the counts over all groups in each row. The first error is that of the
-- first try that failed, the last that of the newest death.
-- name: groups
SELECT d.fingerprint, min(d.webhook_type) AS webhook_type, count(*) AS letters, count(d.replay_at) AS scheduled,
       (array_agg(coalesce(d.first_error, d.error) ORDER BY coalesce(d.first_failed_at, d.died_at), d.event_id))[1] AS first_error,
       (array_agg(d.error ORDER BY d.died_at DESC, d.event_id DESC))[1] AS last_error,
       min(coalesce(d.first_failed_at, d.died_at)) AS first_failed_at, max(d.died_at) AS last_died_at,
       array_agg(DISTINCT d.code_version ORDER BY d.code_version) AS code_versions,
       max(d.attempts) AS tries, max(d.deaths) AS deaths, count(DISTINCT d.lane) AS lanes,
       count(DISTINCT d.client_id) AS clients, max(d.replay_at) AS last_replay_at,
       (array_agg(d.event_id ORDER BY d.died_at DESC, d.event_id DESC))[1] AS sample_event_id,
       sum(count(*)) OVER ()::bigint AS letters_in_all, sum(count(d.replay_at)) OVER ()::bigint AS scheduled_in_all,
       count(*) OVER () AS groups_in_all, max(max(d.died_at)) OVER () AS newest_died_at
FROM dead_letters AS d
WHERE d.replayed_at IS NULL AND d.dismissed_at IS NULL
  AND (%(event_ids)b::bigint[] IS NULL OR d.event_id = ANY(%(event_ids)b::bigint[]))
  AND (%(fingerprint)s::text IS NULL OR d.fingerprint = %(fingerprint)s)
  AND (%(webhook_type)s::text IS NULL OR d.webhook_type = %(webhook_type)s)
  AND (%(died_since)s::timestamptz IS NULL OR d.died_at >= %(died_since)s)
  AND (%(died_until)s::timestamptz IS NULL OR d.died_at <= %(died_until)s)
  AND (%(client_id)s::bigint IS NULL OR d.client_id = %(client_id)s)
  AND (%(scheduled)s::boolean IS NULL OR (d.replay_at IS NOT NULL) = %(scheduled)s)
GROUP BY d.fingerprint
ORDER BY count(*) DESC, d.fingerprint
LIMIT %(limit)s;

-- The letters themselves, the one that died last first, from any place on.
-- name: list_letters
SELECT d.id, d.event_id, d.event_received_at, d.lane, d.lane_class, d.client_id, d.webhook_type, d.fingerprint, d.error,
       d.first_error, d.first_failed_at, d.attempts, d.deaths, d.code_version, d.died_at, d.replay_at
FROM dead_letters AS d
WHERE d.replayed_at IS NULL AND d.dismissed_at IS NULL
  AND (d.died_at, d.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
  AND (%(event_ids)b::bigint[] IS NULL OR d.event_id = ANY(%(event_ids)b::bigint[]))
  AND (%(fingerprint)s::text IS NULL OR d.fingerprint = %(fingerprint)s)
  AND (%(webhook_type)s::text IS NULL OR d.webhook_type = %(webhook_type)s)
  AND (%(died_since)s::timestamptz IS NULL OR d.died_at >= %(died_since)s)
  AND (%(died_until)s::timestamptz IS NULL OR d.died_at <= %(died_until)s)
  AND (%(client_id)s::bigint IS NULL OR d.client_id = %(client_id)s)
  AND (%(scheduled)s::boolean IS NULL OR (d.replay_at IS NOT NULL) = %(scheduled)s)
ORDER BY d.died_at DESC, d.id DESC
LIMIT %(limit)s;

-- Acting: choose, then one of the three ------------------------------------------------------------------------------------

-- Locked for the transaction. Of two who choose the same letters the second waits, and then finds them chosen: what does
-- not fit any more is left out, so that each act counts only its own.
-- name: choose
SELECT d.id
FROM dead_letters AS d
WHERE d.replayed_at IS NULL AND d.dismissed_at IS NULL
  AND (%(event_ids)b::bigint[] IS NULL OR d.event_id = ANY(%(event_ids)b::bigint[]))
  AND (%(fingerprint)s::text IS NULL OR d.fingerprint = %(fingerprint)s)
  AND (%(webhook_type)s::text IS NULL OR d.webhook_type = %(webhook_type)s)
  AND (%(died_since)s::timestamptz IS NULL OR d.died_at >= %(died_since)s)
  AND (%(died_until)s::timestamptz IS NULL OR d.died_at <= %(died_until)s)
  AND (%(client_id)s::bigint IS NULL OR d.client_id = %(client_id)s)
  AND (%(scheduled)s::boolean IS NULL OR (d.replay_at IS NOT NULL) = %(scheduled)s)
ORDER BY d.event_received_at, d.event_id
FOR UPDATE;

-- The first goes back at `now`, each next one `apart` later, in the order of their events: a lane's own stay in order.
-- name: schedule
WITH placed AS (
    SELECT d.id, %(now)s::timestamptz
                 + %(apart)s::interval * (row_number() OVER (ORDER BY d.event_received_at, d.event_id) - 1) AS replay_at
    FROM dead_letters AS d WHERE d.id = ANY(%(ids)b::bigint[])
)
UPDATE dead_letters AS d SET replay_at = placed.replay_at, replay_rate = %(rate)s FROM placed WHERE d.id = placed.id;

-- name: cancel
UPDATE dead_letters SET replay_at = NULL, replay_rate = NULL WHERE id = ANY(%(ids)b::bigint[]);

-- name: dismiss
UPDATE dead_letters SET dismissed_at = %(now)s, replay_at = NULL, replay_rate = NULL WHERE id = ANY(%(ids)b::bigint[]);

-- Putting back what is due -------------------------------------------------------------------------------------------------

-- The first of all, and the first of those with a pace; each a probe of the index dead_letters_to_replay.
-- name: first_due
SELECT (SELECT min(replay_at) FROM dead_letters
        WHERE replay_at IS NOT NULL AND replayed_at IS NULL AND dismissed_at IS NULL) AS at,
       (SELECT min(replay_at) FROM dead_letters
        WHERE replay_at IS NOT NULL AND replayed_at IS NULL AND dismissed_at IS NULL AND replay_rate IS NOT NULL) AS paced_at;

-- Of two processes the second waits here, and goes on behind what the first took: letters of a lane never overtake.
-- Those with a pace only up to `paced_until`.
-- name: lock_due
SELECT d.id FROM dead_letters AS d
WHERE d.replay_at <= %(now)s AND d.replay_at IS NOT NULL AND d.replayed_at IS NULL AND d.dismissed_at IS NULL
  AND (d.replay_rate IS NULL OR d.replay_at <= %(paced_until)s)
ORDER BY d.event_received_at, d.event_id
LIMIT %(batch)s
FOR UPDATE;

-- name: places
SELECT d.event_received_at, d.event_id, d.lane, d.lane_class, d.client_id
FROM dead_letters AS d WHERE d.id = ANY(%(ids)b::bigint[]);

-- Under its old place; the ledger keys derive from the event, so that nobody is texted twice.
-- name: queue_again
INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type)
SELECT d.lane, d.event_received_at, d.event_id, d.webhook_type FROM dead_letters AS d WHERE d.id = ANY(%(ids)b::bigint[])
ON CONFLICT (lane, received_at, event_id) DO NOTHING;

-- name: wait_again
UPDATE webhook_events AS e
SET status = 'waiting', attempts = 0, available_at = %(now)s, processed_at = NULL
FROM unnest(%(received_at)b::timestamptz[], %(event_ids)b::bigint[]) AS k (received_at, id)
WHERE e.received_at = k.received_at AND e.id = k.id;

-- name: mark_replayed
UPDATE dead_letters SET replayed_at = %(now)s, replay_at = NULL, replay_rate = NULL WHERE id = ANY(%(ids)b::bigint[]);
