-- What commands show across rooms; read-only.

-- name: is_migrated
SELECT to_regclass('schema_versions') IS NOT NULL AS there;

-- name: schema_version
SELECT coalesce(max(version), 0) AS version, coalesce(max(min_code_version), 0) AS min_code_version FROM schema_versions;

-- name: server_version
SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number;

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
