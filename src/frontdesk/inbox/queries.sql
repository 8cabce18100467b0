-- Arrays go over in binary (b): as text, every quote and backslash in them is escaped, one by one.

-- Accept a batch in one statement: keep each request id or count its redelivery (`first` tells which), and store what is
-- new: whole in the archive, and as a narrow row in its lane's queue. What each step returns feeds the next, so they run
-- in this order:
-- known:  sorted by key against deadlocks between batches; xmax works because the table is not partitioned.
-- opened: a lane's row is made or locked, in the order of lanes. The lock serialises the arrivals of a lane, and
--         last_received_at never goes back: an event that was acknowledged before another arrived has the smaller
--         (received_at, id), whatever the clocks of two nodes say. A lane that is leased, backed off or held stays so.
-- stored: its sort waits for all those locks before the first id is drawn, so that ids of a lane grow in order of arrival.
-- name: keep
WITH arrived AS (
    SELECT *
    FROM unnest(%(request_ids)b::text[], %(webhook_types)b::text[], %(function_names)b::text[], %(repeats)b::int[],
                %(lanes)b::text[], %(client_ids)b::bigint[], %(correlation_ids)b::text[], %(bodies)b::bytea[],
                %(payloads)b::text[], %(headers)b::text[])
         WITH ORDINALITY AS a (request_id, webhook_type, function_name, repeats, lane, client_id, correlation_id, body,
                               payload, headers, place)
    JOIN unnest(%(types)b::text[], %(expiries)b::timestamptz[]) AS t (webhook_type, expires_at) USING (webhook_type)
), known AS (
    INSERT INTO processed_webhooks AS p
        (request_id, webhook_type, function_name, parameters, duplicate_count, received_at, expires_at)
    SELECT a.request_id, a.webhook_type, a.function_name, jsonb_build_object('lane', a.lane), a.repeats,
           %(received_at)s, a.expires_at
    FROM arrived AS a
    ORDER BY a.request_id
    ON CONFLICT (request_id) DO UPDATE SET duplicate_count = p.duplicate_count + 1 + excluded.duplicate_count
    RETURNING request_id, (xmax = 0) AS first
), fresh AS (
    SELECT a.* FROM arrived AS a JOIN known AS k ON k.request_id = a.request_id WHERE k.first
), opened AS (
    INSERT INTO inbox_lanes AS l (lane, lane_class, client_id, ready_at, last_received_at)
    SELECT DISTINCT ON (f.lane) f.lane, split_part(f.lane, ':', 1), nullif(f.client_id, 0), %(lease_now)s::timestamptz, %(received_at)s::timestamptz
    FROM fresh AS f
    ORDER BY f.lane
    ON CONFLICT (lane) DO UPDATE SET last_received_at = greatest(l.last_received_at, excluded.last_received_at)
    RETURNING lane, last_received_at
), stored AS (
    INSERT INTO webhook_events
        (webhook_type, request_id, lane, client_id, correlation_id, body, payload, headers, received_at, available_at)
    SELECT f.webhook_type, f.request_id, f.lane, nullif(f.client_id, 0), f.correlation_id, f.body, f.payload::jsonb,
           f.headers::jsonb, o.last_received_at, o.last_received_at
    FROM fresh AS f JOIN opened AS o ON o.lane = f.lane
    ORDER BY f.place
    RETURNING lane, received_at, id, webhook_type
), queued AS (
    INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type)
    SELECT lane, received_at, id, webhook_type FROM stored
)
SELECT request_id, first FROM known;

-- Under which function name a request id was stored first.
-- name: stored_as
SELECT function_name FROM processed_webhooks WHERE request_id = %(request_id)s;

-- Open the lanes of events that go back into their queues, or find them open and lock them, in the order of lanes.
-- name: open_lanes
INSERT INTO inbox_lanes AS l (lane, lane_class, client_id, ready_at, last_received_at)
SELECT i.lane, i.lane_class, i.client_id, %(lease_now)s, %(received_at)s
FROM unnest(%(lanes)b::text[], %(lane_classes)b::text[], %(client_ids)s::bigint[]) AS i (lane, lane_class, client_id)
ORDER BY i.lane
ON CONFLICT (lane) DO UPDATE SET last_received_at = greatest(l.last_received_at, excluded.last_received_at)
RETURNING lane, last_received_at;

-- A hint only: a statement of its own, delivered at commit.
-- name: notify
SELECT pg_notify('frontdesk', %(channel)s);

-- Lease lanes that are ready: up to `retries` whose first event was tried before, then first tries up to `lanes` in all.
-- A lane whose lease ran out is ready too: that is the take-over, and it is counted as a lapse. Busy and backed-off lanes
-- lie beyond `lease_now` in the index and are never read. Of a client at most `share` less what it has in hand is taken;
-- what was locked beyond that is let go at the commit. Suspects (below) are left.
-- name: claim_lanes
WITH again AS (
    SELECT lane, client_id, ready_at FROM inbox_lanes
    WHERE retrying AND ready_at <= %(lease_now)s AND NOT (claim_token IS NOT NULL AND lapses >= %(suspect_from)s)
    ORDER BY ready_at
    LIMIT %(retries)s
    FOR UPDATE SKIP LOCKED
), first AS (
    SELECT lane, client_id, ready_at FROM inbox_lanes
    WHERE NOT retrying AND ready_at <= %(lease_now)s AND NOT (claim_token IS NOT NULL AND lapses >= %(suspect_from)s)
    ORDER BY ready_at
    LIMIT %(lanes)s
    FOR UPDATE SKIP LOCKED
), ready AS (
    SELECT lane, coalesce(client_id, 0) AS client_id, 0 AS turn, ready_at FROM again
    UNION ALL
    SELECT lane, coalesce(client_id, 0), 1, ready_at FROM first
), fair AS (
    SELECT r.lane
    FROM (SELECT *, row_number() OVER (PARTITION BY client_id ORDER BY turn, ready_at) AS nth FROM ready) AS r
    LEFT JOIN unnest(%(clients)b::bigint[], %(in_hand)b::int[]) AS h (client_id, lanes) ON h.client_id = r.client_id
    WHERE r.nth <= %(share)s - coalesce(h.lanes, 0)
    ORDER BY r.turn, r.ready_at
    LIMIT %(lanes)s
)
UPDATE inbox_lanes AS l
SET ready_at = %(leased_until)s,
    lapses = CASE WHEN l.claim_token IS NULL THEN l.lapses ELSE l.lapses + 1 END,
    claim_token = %(claim_token)s
FROM fair
WHERE l.lane = fair.lane
RETURNING l.lane, l.lane_class, l.client_id, l.lapses, l.retrying;

-- A lane that lapsed `suspect_from` times in a row may be what kills the workers, or was only in hand with it each time.
-- Taken one at a time, the next death tells. The partial index holds lapsed lanes alone.
-- name: claim_suspect
WITH suspect AS (
    SELECT lane FROM inbox_lanes
    WHERE claim_token IS NOT NULL AND lapses > 0 AND lapses >= %(suspect_from)s AND ready_at <= %(lease_now)s
    ORDER BY ready_at
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
UPDATE inbox_lanes AS l
SET ready_at = %(leased_until)s, lapses = l.lapses + 1, claim_token = %(claim_token)s
FROM suspect
WHERE l.lane = suspect.lane
RETURNING l.lane, l.lane_class, l.client_id, l.lapses, l.retrying;

-- claim_lanes when some clients have their share in hand: by the index from client to client after `after`, so that a flood
-- of theirs is stepped over, however deep. At most `clients_at_once` clients are looked at; the caller goes on from there.
-- Rows are compared, not columns: with `client = x ORDER BY ready_at` the planner may walk the flood by the index on time.
-- name: claim_lanes_of_others
WITH RECURSIVE turn AS (
    (
        SELECT coalesce(client_id, 0) AS client_id, 1 AS nth FROM inbox_lanes
        WHERE retrying = %(retrying)s AND coalesce(client_id, 0) > %(after)s
        ORDER BY coalesce(client_id, 0)
        LIMIT 1
    )
    UNION ALL
    SELECT next.client_id, turn.nth + 1
    FROM turn
    CROSS JOIN LATERAL (
        SELECT coalesce(l.client_id, 0) AS client_id FROM inbox_lanes AS l
        WHERE l.retrying = %(retrying)s AND coalesce(l.client_id, 0) > turn.client_id
        ORDER BY coalesce(l.client_id, 0)
        LIMIT 1
    ) AS next
    WHERE turn.nth < %(clients_at_once)s
), others AS (
    SELECT turn.client_id, %(share)s - coalesce(h.lanes, 0) AS room
    FROM turn
    LEFT JOIN unnest(%(clients)b::bigint[], %(in_hand)b::int[]) AS h (client_id, lanes) USING (client_id)
    WHERE coalesce(h.lanes, 0) < %(share)s
    ORDER BY turn.client_id
), fair AS (
    SELECT picked.lane
    FROM others
    CROSS JOIN LATERAL (
        SELECT l.lane FROM inbox_lanes AS l
        WHERE l.retrying = %(retrying)s AND NOT (l.claim_token IS NOT NULL AND l.lapses >= %(suspect_from)s)
          AND (coalesce(l.client_id, 0), l.ready_at) >= (others.client_id, '-infinity'::timestamptz)
          AND (coalesce(l.client_id, 0), l.ready_at) <= (others.client_id, %(lease_now)s::timestamptz)
        ORDER BY coalesce(l.client_id, 0), l.ready_at
        LIMIT others.room
        FOR UPDATE SKIP LOCKED
    ) AS picked
    LIMIT %(lanes)s
), leased AS (
    UPDATE inbox_lanes AS l
    SET ready_at = %(leased_until)s,
        lapses = CASE WHEN l.claim_token IS NULL THEN l.lapses ELSE l.lapses + 1 END,
        claim_token = %(claim_token)s
    FROM fair
    WHERE l.lane = fair.lane
    RETURNING l.lane, l.lane_class, l.client_id, l.lapses, l.retrying
)
SELECT leased.lane, leased.lane_class, leased.client_id, leased.lapses, leased.retrying,
       looked.last_client, looked.clients >= %(clients_at_once)s AS more
FROM (SELECT max(client_id) AS last_client, count(*) AS clients FROM turn) AS looked
LEFT JOIN leased ON true;

-- The first few events of each claimed lane, in order, with what the archive holds of them (null when it was erased). A
-- statement of its own after the claim: with the claim's snapshot it would see events that another worker just settled.
-- OFFSET 0 keeps the archive a probe of the whole primary key per event, whatever the statistics say.
-- name: next_events
SELECT q.lane, q.received_at, q.event_id, q.webhook_type, q.attempts, e.request_id, e.client_id, e.correlation_id, e.payload
FROM unnest(%(lanes)b::text[]) AS c (lane)
CROSS JOIN LATERAL (
    SELECT * FROM inbox_queue WHERE inbox_queue.lane = c.lane ORDER BY received_at, event_id LIMIT %(per_lane)s
) AS q
LEFT JOIN LATERAL (
    SELECT w.request_id, w.client_id, w.correlation_id, w.payload
    FROM webhook_events AS w
    WHERE w.received_at = q.received_at AND w.id = q.event_id
    OFFSET 0
) AS e ON true
ORDER BY q.lane, q.received_at, q.event_id;

-- Push the leases of what is in hand; the token keeps a late worker from pushing another's.
-- name: heartbeat
WITH ours AS (
    SELECT l.lane
    FROM inbox_lanes AS l
    JOIN unnest(%(lanes)b::text[], %(claim_tokens)b::uuid[]) AS c (lane, claim_token)
      ON l.lane = c.lane AND l.claim_token = c.claim_token
    ORDER BY l.lane
    FOR UPDATE OF l
)
UPDATE inbox_lanes AS l
SET ready_at = %(leased_until)s
FROM ours
WHERE l.lane = ours.lane
RETURNING l.lane;

-- The fence: lock the lanes that are still ours before anything is written for them. What does not come back is lost.
-- name: fence
SELECT l.lane
FROM inbox_lanes AS l
JOIN unnest(%(lanes)b::text[], %(claim_tokens)b::uuid[]) AS c (lane, claim_token)
  ON l.lane = c.lane AND l.claim_token = c.claim_token
ORDER BY l.lane
FOR UPDATE OF l;

-- Settle: behind the fence the events leave their queues. Counts per lane what was there: fewer than asked for, or no
-- row, means that the lane is another's now or that the events were settled before. Undo all then.
-- name: settle
WITH ours AS (
    SELECT l.lane
    FROM inbox_lanes AS l
    JOIN unnest(%(lanes)b::text[], %(claim_tokens)b::uuid[]) AS c (lane, claim_token)
      ON l.lane = c.lane AND l.claim_token = c.claim_token
    ORDER BY l.lane
    FOR UPDATE OF l
), gone AS (
    DELETE FROM inbox_queue AS q
    USING unnest(%(event_lanes)b::text[], %(received_at)b::timestamptz[], %(event_ids)b::bigint[])
          AS d (lane, received_at, event_id)
    JOIN ours AS o ON o.lane = d.lane
    WHERE q.lane = d.lane AND q.received_at = d.received_at AND q.event_id = d.event_id
    RETURNING q.lane
)
SELECT lane, count(*) AS events FROM gone GROUP BY lane;

-- ... and the archive says so. Not part of the statement above: PostgreSQL 18 may crash on one that waits for a row and
-- searches partitions too.
-- name: mark_done
UPDATE webhook_events AS e
SET status = 'done', attempts = e.attempts + 1, processed_at = %(now)s, last_error = NULL
FROM unnest(%(received_at)b::timestamptz[], %(event_ids)b::bigint[]) AS d (received_at, id)
WHERE e.received_at = d.received_at AND e.id = d.id;

-- An event that dies leaves its queue.
-- name: settle_queue
DELETE FROM inbox_queue AS q
USING unnest(%(lanes)b::text[], %(received_at)b::timestamptz[], %(event_ids)b::bigint[]) AS d (lane, received_at, event_id)
WHERE q.lane = d.lane AND q.received_at = d.received_at AND q.event_id = d.event_id;

-- Release: a drained lane disappears. Runs after the fence in a statement of its own, so that it sees every event whose
-- arrival held the lane's row before us.
-- name: close_drained_lanes
DELETE FROM inbox_lanes AS l
WHERE l.lane = ANY(%(lanes)b::text[])
  AND NOT EXISTS (SELECT 1 FROM inbox_queue AS q WHERE q.lane = l.lane);

-- ... and one with more to do is ready at `ready_at` for anybody; null holds it for a person.
-- name: release_lanes
UPDATE inbox_lanes SET ready_at = %(ready_at)s, claim_token = NULL, lapses = 0, retrying = %(retrying)s
WHERE lane = ANY(%(lanes)b::text[]);

-- A failed try: the event stays first in its lane, and the lane waits until `ready_at`.
-- name: count_attempt
UPDATE inbox_queue
SET attempts = %(attempts)s, first_error = coalesce(first_error, %(error)s), first_failed_at = coalesce(first_failed_at, %(now)s)
WHERE lane = %(lane)s AND received_at = %(received_at)s AND event_id = %(event_id)s;

-- name: note_failure
UPDATE webhook_events
SET status = %(status)s, attempts = %(attempts)s, last_error = %(error)s, available_at = %(available_at)s
WHERE received_at = %(received_at)s AND id = %(event_id)s;

-- A person's retry of a backed-off or held lane: ready at once; a leased one is left alone.
-- name: wake_lane
UPDATE inbox_lanes SET ready_at = %(lease_now)s WHERE lane = %(lane)s AND claim_token IS NULL;

-- name: has_work
SELECT EXISTS (SELECT 1 FROM inbox_lanes WHERE ready_at IS NOT NULL) AS work;
