-- One row per act, in the transaction that did it. Nothing is inserted when the same actor has done it under the same key
-- before (details ->> 'key'); a concurrent one with that key is waited for.
-- name: write
INSERT INTO audit_log (at, actor, action, subject, details)
VALUES (%(at)s, %(actor)s, %(action)s, %(subject)s, %(details)s::jsonb)
ON CONFLICT (actor, action, (details ->> 'key')) WHERE details ->> 'key' IS NOT NULL DO NOTHING;

-- name: recorded
SELECT id, at, actor, action, subject, details FROM audit_log
WHERE actor = %(actor)s AND action = %(action)s AND details ->> 'key' = %(key)s;

-- By the index audit_log_by_time, from any place on.
-- name: list_newest
SELECT id, at, actor, action, subject, details FROM audit_log
WHERE (at, id) < (%(before_at)s::timestamptz, %(before_id)s::bigint)
ORDER BY at DESC, id DESC
LIMIT %(limit)s;
