-- name: ping
SELECT 1 AS one;

-- The one reading of the server's own clock; everything else gets its times as parameters.
-- name: database_time
SELECT clock_timestamp() AS at;

-- name: virtual_time
SELECT virtual_now FROM desk_clock WHERE id = 1;

-- Time moves only when nothing is claimed: work in hand was begun at the moment that it sees.
-- The first move makes the row; time never goes back.
-- name: move_virtual_time
INSERT INTO desk_clock (id, virtual_now)
SELECT 1, %(at)s::timestamptz
WHERE NOT EXISTS (SELECT 1 FROM inbox_lanes WHERE claim_token IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM outbound_message_log WHERE status = 'SENDING')
ON CONFLICT (id) DO UPDATE SET virtual_now = greatest(desk_clock.virtual_now, excluded.virtual_now)
RETURNING virtual_now;

-- name: applied_versions
SELECT version, min_code_version FROM schema_versions ORDER BY version;

-- name: record_version
INSERT INTO schema_versions (version, name, min_code_version, applied_at)
VALUES (%(version)s, %(name)s, %(min_code_version)s, %(at)s);

-- Singletons only (SPEC 13): all parties enter by the same node, and it is taken alone.
-- name: lock_migrations
SELECT pg_advisory_xact_lock(4651972091);

-- In one statement with the heartbeat; the trap: a row of our own must not be touched twice in it, however old it is.
-- name: beat
WITH forgotten AS (DELETE FROM processes WHERE seen_at < %(before)s AND id <> %(id)s)
INSERT INTO processes (id, roles, host, pid, version, started_at, seen_at)
VALUES (%(id)s, %(roles)s, %(host)s, %(pid)s, %(version)s, %(lease_now)s, %(lease_now)s)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at;

-- name: leave
DELETE FROM processes WHERE id = %(id)s;

-- name: abdicate
DELETE FROM leaders WHERE holder = %(holder)s;

-- One row per role: taken when free or lapsed, kept while renewed. No row comes back when another has it.
-- name: lead
INSERT INTO leaders AS l (role, holder, leased_until) VALUES (%(role)s, %(holder)s, %(leased_until)s)
ON CONFLICT (role) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until
WHERE l.holder = excluded.holder OR l.leased_until < %(lease_now)s
RETURNING holder;

-- name: alive
SELECT id, roles, host, pid, version, started_at, seen_at FROM processes
WHERE seen_at >= %(since)s ORDER BY started_at;

-- A hint only: a statement of its own.
-- name: notify
SELECT pg_notify('frontdesk', %(channel)s);
