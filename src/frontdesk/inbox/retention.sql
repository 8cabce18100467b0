-- How long the inbox is kept. Batches are small transactions of their own; they find their rows by index and delete them
-- by place (ctid), so that a batch costs the same with ten million rows beside it, and its plan cannot tip over into a
-- join that reads the table. A place is read with its row's lock and stays good under it; a row that moved just before is
-- left for the next pass.

-- For the rest of a batch's transaction. Only plans that walk an index: statistics lag behind a flood, and one plan that
-- collects and sorts everything expired would hold up its batch for seconds. And no wait for the disk at the commit: rows
-- that a crash brings back are removed in the next pass, and what is inserted after them is flushed after them.
-- name: in_small_steps
SELECT set_config('enable_seqscan', 'off', true) AS a, set_config('enable_bitmapscan', 'off', true) AS b,
       set_config('synchronous_commit', 'off', true) AS c;

-- Expired request ids from `after_at` on, in the order of expiry.
-- Why after_at: at the low end of the index lie the entries that the batches before this one left dead, until the next
-- VACUUM; a batch that began there would step over all of them, and the pass would cost the square of its rows.
-- Why SKIP LOCKED: a row that is locked is being counted as redelivered at this moment, or is in the hands of another
-- clean-up. Nobody is waited for, so that no order of locks can be wrong and several clean-ups share the work. The other
-- way round, the upsert of a redelivery waits for this batch's commit, finds the row gone and inserts it as a first.
-- A row without expires_at never expires: it was written by hand, and nothing tells how old it is.
-- name: forget_requests
WITH expired AS MATERIALIZED (
    SELECT p.ctid AS place, p.expires_at
    FROM processed_webhooks AS p
    WHERE p.expires_at >= %(after_at)s::timestamptz AND p.expires_at < %(before)s
    ORDER BY p.expires_at
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM processed_webhooks WHERE ctid = ANY (ARRAY(SELECT place FROM expired)) RETURNING 1
)
SELECT (SELECT count(*) FROM expired) AS found, (SELECT count(*) FROM gone) AS gone,
       (SELECT max(expires_at)::text FROM expired) AS last_at, 0::bigint AS last_id;

-- Old events of the default partition, but for those that are unsettled: their place is passed by. One snapshot sees an
-- event either in its queue or among the open dead letters, since bury and replay move it between them in one
-- transaction; and what is in neither never comes back. (Written so
-- that each is looked up by its key: NOT EXISTS would be planned as a join, by statistics, and an open letter by an index
-- of all that are open.)
-- name: forget_old_events
WITH old AS MATERIALIZED (
    SELECT e.ctid AS place, e.lane, e.received_at, e.id
    FROM webhook_events_default AS e
    WHERE (e.received_at, e.id) > (%(after_at)s::timestamptz, %(after_id)s::bigint) AND e.received_at < %(before)s
    ORDER BY e.received_at, e.id
    LIMIT %(size)s
    FOR UPDATE SKIP LOCKED
), settled AS MATERIALIZED (
    SELECT old.place
    FROM old
    WHERE (
        SELECT q.event_id FROM inbox_queue AS q
        WHERE q.lane = old.lane AND q.received_at = old.received_at AND q.event_id = old.id
    ) IS NULL AND (
        SELECT d.replayed_at IS NULL AND d.dismissed_at IS NULL FROM dead_letters AS d
        WHERE d.event_received_at = old.received_at AND d.event_id = old.id
    ) IS NOT TRUE
), gone AS (
    DELETE FROM webhook_events_default WHERE ctid = ANY (ARRAY(SELECT place FROM settled)) RETURNING 1
), last AS (
    SELECT received_at, id FROM old ORDER BY received_at DESC, id DESC LIMIT 1
)
SELECT (SELECT count(*) FROM old) AS found, (SELECT count(*) FROM gone) AS gone,
       (SELECT received_at::text FROM last) AS last_at, (SELECT id FROM last) AS last_id;

-- The weekly partitions that end by `before`, the oldest first, each with what is unsettled in it. Their bounds are those
-- of the catalogue; partitions of other names were made by a person, and are left to them.
-- The queue has no index by time, which every webhook would pay for: it is read once, and only where an old week is there.
-- name: old_weeks
WITH weeks AS (
    SELECT c.relname::text AS partition, b.bounds[1]::timestamptz AS starts_at, b.bounds[2]::timestamptz AS ends_at
    FROM pg_inherits AS i
    JOIN pg_class AS c ON c.oid = i.inhrelid
    CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''(.+)''\) TO \(''(.+)''\)') AS b (bounds)
    WHERE i.inhparent = to_regclass('webhook_events') AND c.relname ~ '^webhook_events_[0-9]{4}w[0-9]{2}$'
), queued AS MATERIALIZED (
    SELECT received_at FROM inbox_queue WHERE received_at < %(before)s
)
SELECT w.partition, w.starts_at, w.ends_at,
       (SELECT count(*) FROM queued AS q WHERE q.received_at >= w.starts_at AND q.received_at < w.ends_at) AS waiting,
       (SELECT count(*) FROM dead_letters AS d
        WHERE d.event_received_at >= w.starts_at AND d.event_received_at < w.ends_at
          AND d.replayed_at IS NULL AND d.dismissed_at IS NULL) AS open_dead_letters
FROM weeks AS w
WHERE w.ends_at <= %(before)s
ORDER BY w.starts_at;

-- The same for one week, in one snapshot, under the lock.
-- name: unsettled_in
SELECT (SELECT count(*) FROM inbox_queue AS q
        WHERE q.received_at >= %(starts_at)s AND q.received_at < %(ends_at)s) AS waiting,
       (SELECT count(*) FROM dead_letters AS d
        WHERE d.event_received_at >= %(starts_at)s AND d.event_received_at < %(ends_at)s
          AND d.replayed_at IS NULL AND d.dismissed_at IS NULL) AS open_dead_letters;
