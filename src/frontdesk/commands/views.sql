-- What commands show across rooms; read-only.

-- name: is_migrated
SELECT to_regclass('schema_versions') IS NOT NULL AS there;

-- name: schema_version
SELECT coalesce(max(version), 0) AS version, coalesce(max(min_code_version), 0) AS min_code_version FROM schema_versions;

-- name: server_version
SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number;

-- Depth and age per lane class, with the lanes that wait for a retry and those that wait for a person; narrow rows only.
-- name: inbox_depth
SELECT l.lane_class, count(*) AS waiting, min(q.received_at) AS oldest, count(DISTINCT q.lane) AS lanes,
       count(DISTINCT q.lane) FILTER (WHERE l.claim_token IS NULL AND l.ready_at > %(lease_now)s) AS backed_off_lanes,
       count(DISTINCT q.lane) FILTER (WHERE l.ready_at IS NULL) AS held_lanes
FROM inbox_queue AS q JOIN inbox_lanes AS l ON l.lane = q.lane
GROUP BY l.lane_class ORDER BY l.lane_class;

-- Dead letters that nobody has replayed, grouped by what went wrong.
-- name: dead_groups
SELECT d.fingerprint, count(*) AS events, min(d.died_at) AS first_at, max(d.died_at) AS last_at,
       min(d.webhook_type) AS webhook_type, (array_agg(d.error ORDER BY d.died_at DESC))[1] AS error
FROM dead_letters AS d
WHERE d.replayed_at IS NULL AND d.dismissed_at IS NULL AND (%(fingerprint)s::text IS NULL OR d.fingerprint = %(fingerprint)s)
GROUP BY d.fingerprint ORDER BY count(*) DESC, d.fingerprint;

-- In the order of arrival, so that a replay keeps the order of each lane.
-- name: dead_ids
SELECT d.event_id FROM dead_letters AS d
WHERE d.replayed_at IS NULL AND d.dismissed_at IS NULL AND (%(fingerprint)s::text IS NULL OR d.fingerprint = %(fingerprint)s)
ORDER BY d.event_received_at, d.event_id;

-- What a worker could still do now: a lane that is ready or in hand, a message on its way under a live lease, or one that is due.
-- The trap: a message behind an UNKNOWN one to the same recipient is due and cannot go.
-- name: work_left
SELECT EXISTS (SELECT 1 FROM inbox_lanes
               WHERE ready_at <= %(lease_now)s OR (claim_token IS NOT NULL AND ready_at IS NOT NULL)) AS inbox,
       EXISTS (SELECT 1 FROM outbound_message_log
               WHERE status = 'SENDING' AND leased_until > %(lease_now)s) AS sending,
       EXISTS (SELECT 1 FROM outbound_message_log AS o
               WHERE o.status = 'PENDING' AND o.available_at <= %(now)s
                 AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS f
                                 WHERE f.status IN ('SENDING', 'UNKNOWN') AND f.from_address = o.from_address
                                   AND f.to_address = o.to_address)) AS due;

-- What stays behind when nothing can be done now.
-- name: work_later
SELECT (SELECT count(*) FROM inbox_queue) AS events,
       (SELECT count(*) FROM outbound_message_log WHERE status = 'PENDING') AS messages;

-- The states of these events, by whole primary key.
-- name: event_states
SELECT e.status, count(*) AS events
FROM unnest(%(received_at)s::timestamptz[], %(event_ids)s::bigint[]) AS k (received_at, id)
JOIN webhook_events AS e ON e.received_at = k.received_at AND e.id = k.id
GROUP BY e.status ORDER BY e.status;

-- name: ledger_states
SELECT status, count(*) AS messages FROM outbound_message_log WHERE id = ANY(%(ids)s::bigint[])
GROUP BY status ORDER BY status;

-- A hint only: a statement of its own, delivered at commit.
-- name: ring_inbox
SELECT pg_notify('frontdesk', 'inbox');
