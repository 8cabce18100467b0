-- What /metrics tells of the whole desk; read-only, bounded, each a pass over narrow rows or a probe of an index.

-- Every transaction here begins with this. No compiling of plans: it takes longer than the widest of these statements.
-- name: read_briefly
SELECT set_config('transaction_read_only', 'on', true) AS read_only, set_config('jit', 'off', true) AS jit,
       set_config('statement_timeout', %(longest)s, true) AS longest;

-- Depth and oldest arrival by class of lane, which is how the lane's name begins: one pass over the queue alone. Exact,
-- because the oldest age must be; joined with the lanes it takes four times as long.
-- name: queue_depth
SELECT split_part(q.lane, ':', 1) AS lane_class, count(*) AS waiting, min(q.received_at) AS oldest
FROM inbox_queue AS q GROUP BY split_part(q.lane, ':', 1);

-- Lanes by class and state. A lane whose lease ran out is ready, and counted as lapsed too.
-- name: lane_states
SELECT l.lane_class,
       CASE WHEN l.ready_at IS NULL THEN 'held'
            WHEN l.ready_at <= %(lease_now)s THEN 'ready'
            WHEN l.claim_token IS NULL THEN 'backing_off'
            ELSE 'in_hand' END AS state,
       count(*) AS lanes, count(*) FILTER (WHERE l.claim_token IS NOT NULL AND l.ready_at <= %(lease_now)s) AS lapsed
FROM inbox_lanes AS l GROUP BY 1, 2;

-- name: open_letters
SELECT d.webhook_type, count(*) AS letters, count(d.replay_at) AS scheduled
FROM (SELECT webhook_type, replay_at FROM dead_letters WHERE replayed_at IS NULL AND dismissed_at IS NULL LIMIT %(cap)s) AS d
GROUP BY d.webhook_type;

-- By the leased row of the leader; the roles' heartbeats come from list_processes of views.sql.
-- name: leader_there
SELECT EXISTS (SELECT 1 FROM leaders WHERE role = 'scheduler' AND leased_until > %(lease_now)s) AS leads;

-- From receipt to handled, by all processes: of the newest events since `since` those that are handled. The trap: on a desk
-- that falls behind these are few and early; the oldest age of what waits tells the rest.
-- name: recent_lag
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY e.processed_at - e.received_at) AS median,
       percentile_disc(0.99) WITHIN GROUP (ORDER BY e.processed_at - e.received_at) AS slow
FROM (
    SELECT received_at, processed_at, status FROM webhook_events
    WHERE received_at >= %(since)s ORDER BY received_at DESC, id DESC LIMIT %(newest)s
) AS e
WHERE e.status = 'done' AND e.processed_at IS NOT NULL;
