-- What one turn said, without what was taken back already, and whether each of it is held on purpose: for more of the lead's
-- message, or for the lead's next minute. What only waits for its turn on the number is on its way.
-- name: last_turn
SELECT o.id, o.status = 'PENDING' AND (o.due_at > o.created_at OR coalesce(o.reason = %(too_soon)s, false)) AS waits
FROM outbound_message_log AS o
WHERE o.conversation_id = %(conversation_id)s AND o.correlation_id = %(correlation_id)s
  AND o.send_class IN ('reply', 'alert') AND NOT (o.status = 'BLOCKED' AND o.reason = %(replaced)s);

-- The same, locked: a sender that claims one of them at this moment is waited for, and then it waits no more.
-- name: lock_last_turn
SELECT o.id, o.status = 'PENDING' AND (o.due_at > o.created_at OR coalesce(o.reason = %(too_soon)s, false)) AS waits
FROM outbound_message_log AS o
WHERE o.conversation_id = %(conversation_id)s AND o.correlation_id = %(correlation_id)s
  AND o.send_class IN ('reply', 'alert') AND NOT (o.status = 'BLOCKED' AND o.reason = %(replaced)s)
ORDER BY o.id
FOR UPDATE;
