-- name: turn
INSERT INTO send_switches (scope, name, mode, reason, set_by, set_at)
VALUES (%(scope)s, %(name)s, %(mode)s, %(reason)s, %(set_by)s, %(now)s)
ON CONFLICT (scope, name) DO UPDATE
SET mode = excluded.mode, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at;

-- name: lift
DELETE FROM send_switches WHERE scope = %(scope)s AND name = %(name)s RETURNING mode;

-- name: list_switches
SELECT scope, name, mode, reason, set_by, set_at FROM send_switches ORDER BY scope, name;

-- What is due when a switch is turned is held at once, in bounded batches: the gate, which holds whatever else comes to it,
-- would do it one by one. Held rows lie beyond any clock in the index, and cost a claim nothing.
-- name: hold
WITH due AS (
    SELECT id FROM outbound_message_log
    WHERE status = 'PENDING' AND id > %(after)s AND available_at <= %(now)s
      AND (%(client_id)s::bigint IS NULL OR client_id = %(client_id)s)
      AND (%(number)s::text IS NULL OR from_address = %(number)s)
      AND (%(provider)s::text IS NULL OR provider = %(provider)s)
      AND (%(priority)s::smallint IS NULL OR priority = %(priority)s)
      AND (%(alerts)s OR send_class <> 'alert')
    ORDER BY id
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbound_message_log AS o SET available_at = %(held_until)s, reason = %(reason)s FROM due WHERE o.id = due.id
RETURNING o.id;
