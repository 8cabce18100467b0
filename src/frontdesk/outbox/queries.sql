-- The ledger first. The unique key is the promise: a second put counts a collision and gets the first row, in the same
-- statement (an error would abort the settling transaction).
-- name: put
INSERT INTO outbound_message_log AS o
    (conversation_id, lead_id, client_id, outbound_dedupe_key, status, provider, channel, reply_type, question_key,
     send_class, priority, day_bucket, from_address, to_address, body, correlation_id, available_at, created_at)
VALUES (%(conversation_id)s, %(lead_id)s, %(client_id)s, %(dedupe_key)s, 'PENDING', %(provider)s, %(channel)s,
        %(reply_type)s, %(question_key)s, %(send_class)s, %(priority)s, %(day_bucket)s, %(from_address)s,
        %(to_address)s, %(body)s, %(correlation_id)s, %(available_at)s, %(now)s)
ON CONFLICT (outbound_dedupe_key) DO UPDATE SET collision_count = o.collision_count + 1
RETURNING id, (collision_count = 0) AS first;

-- DO NOTHING takes no lock on a row that is there: puts for one number do not queue behind each other.
-- name: ensure_sender
INSERT INTO sender_numbers (address, provider, next_slot_at) VALUES (%(address)s, %(provider)s, %(now)s)
ON CONFLICT (address) DO NOTHING;

-- A hint only: a statement of its own, delivered at commit.
-- name: notify
SELECT pg_notify('frontdesk', 'outbox');

-- The sender numbers whose slot is free and that have something due; locked, so that a slot is given once.
-- The trap: only numbers are locked here. Rows of leads come next and ledger rows last, the same order as in handling.
-- name: free_numbers
SELECT s.address, s.next_slot_at
FROM sender_numbers AS s
WHERE s.next_slot_at <= %(now)s
  AND EXISTS (
    SELECT 1 FROM unnest(ARRAY[0, 1, 2]::smallint[]) AS p (priority)
    WHERE EXISTS (SELECT 1 FROM outbound_message_log AS o
                  WHERE o.status = 'PENDING' AND o.from_address = s.address AND o.priority = p.priority
                    AND o.available_at <= %(now)s
                    AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS f
                                    WHERE f.status IN ('SENDING', 'UNKNOWN') AND f.from_address = o.from_address
                                      AND f.to_address = o.to_address)
                    AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS e
                                    WHERE e.status = 'PENDING' AND e.from_address = o.from_address
                                      AND e.to_address = o.to_address AND e.send_class = o.send_class AND e.id < o.id)))
ORDER BY s.next_slot_at
LIMIT %(numbers)s
FOR UPDATE OF s SKIP LOCKED;

-- The next few messages of each number: by priority, then by age; one per recipient, and none while the last one to that
-- recipient is on its way or unknown. One short index range per number and priority.
-- name: candidates
SELECT DISTINCT ON (c.from_address, c.to_address) c.id, c.lead_id, c.from_address, c.to_address, c.priority, c.available_at
FROM unnest(%(numbers)s::text[]) AS n (address)
CROSS JOIN unnest(ARRAY[0, 1, 2]::smallint[]) AS p (priority)
CROSS JOIN LATERAL (
    SELECT o.id, o.lead_id, o.from_address, o.to_address, o.priority, o.available_at
    FROM outbound_message_log AS o
    WHERE o.status = 'PENDING' AND o.from_address = n.address AND o.priority = p.priority
      AND o.available_at <= %(now)s
      AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS f
                      WHERE f.status IN ('SENDING', 'UNKNOWN') AND f.from_address = o.from_address
                        AND f.to_address = o.to_address)
      AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS e
                      WHERE e.status = 'PENDING' AND e.from_address = o.from_address
                        AND e.to_address = o.to_address AND e.send_class = o.send_class AND e.id < o.id)
    ORDER BY o.available_at, o.id
    LIMIT %(per_number)s
) AS c
ORDER BY c.from_address, c.to_address, c.priority, c.available_at, c.id;

-- name: lock_pending
SELECT o.id, o.provider, o.channel, o.from_address, o.to_address, o.body, o.correlation_id, o.attempts
FROM outbound_message_log AS o
WHERE o.id = ANY(%(ids)s::bigint[]) AND o.status = 'PENDING'
ORDER BY o.id
FOR UPDATE SKIP LOCKED;

-- name: mark_sending
UPDATE outbound_message_log
SET status = 'SENDING', claim_token = %(claim_token)s, leased_until = %(leased_until)s, started_at = NULL, reason = NULL,
    attempts = attempts + 1
WHERE id = ANY(%(ids)s::bigint[]) AND status = 'PENDING';

-- name: mark_waiting
UPDATE outbound_message_log SET available_at = %(until)s, reason = %(reason)s WHERE id = %(id)s AND status = 'PENDING';

-- name: mark_blocked
UPDATE outbound_message_log SET status = 'BLOCKED', reason = %(reason)s WHERE id = %(id)s AND status = 'PENDING';

-- name: take_slots
UPDATE sender_numbers SET next_slot_at = %(next_slot_at)s, done = done + %(sends)s WHERE address = %(address)s;

-- Slow a number down after the carrier throttled it; never speeds it up.
-- name: push_slot
UPDATE sender_numbers SET next_slot_at = greatest(next_slot_at, %(until)s) WHERE address = %(address)s;

-- The last fence before the request is written: from here on a crash leaves the message unknown.
-- name: start
UPDATE outbound_message_log SET started_at = %(now)s, leased_until = %(leased_until)s
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status = 'SENDING'
RETURNING id;

-- Settling: only the holder of the lease, and only while it is still on its way (a receipt may have been faster).
-- name: settle_sent
UPDATE outbound_message_log
SET status = 'SENT', provider_message_id = %(provider_message_id)s, sent_at = %(now)s, error = NULL, error_code = NULL
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status IN ('SENDING', 'UNKNOWN')
RETURNING id;

-- name: settle_failed
UPDATE outbound_message_log
SET status = 'FAILED', error = %(error)s, error_code = %(error_code)s, failed_at = %(now)s
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status IN ('SENDING', 'UNKNOWN')
RETURNING id;

-- name: settle_unknown
UPDATE outbound_message_log SET status = 'UNKNOWN', error = %(error)s, reconcile_at = %(reconcile_at)s
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status = 'SENDING'
RETURNING id;

-- name: settle_not_sent
UPDATE outbound_message_log SET status = 'PENDING', error = %(error)s, available_at = %(available_at)s, claim_token = NULL,
    leased_until = NULL, started_at = NULL
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status IN ('SENDING', 'UNKNOWN')
RETURNING id;

-- Leases that ran out: not yet started goes back to the queue, started is unknown. Two statements, two indexes' worth.
-- name: lapse_unstarted
UPDATE outbound_message_log SET status = 'PENDING', claim_token = NULL, leased_until = NULL
WHERE status = 'SENDING' AND leased_until < %(lease_now)s AND started_at IS NULL
RETURNING id;

-- name: lapse_started
UPDATE outbound_message_log
SET status = 'UNKNOWN', error = 'The process that was sending this died or lost its lease; it may have been sent.',
    reconcile_at = %(now)s
WHERE status = 'SENDING' AND leased_until < %(lease_now)s AND started_at IS NOT NULL
RETURNING id;

-- name: lock_for_receipt
SELECT id, status, provider_message_id, to_address, from_address, client_id FROM outbound_message_log
WHERE id = %(ledger_id)s AND (provider_message_id IS NULL OR provider_message_id = %(provider_message_id)s)
FOR UPDATE;

-- name: lock_by_provider_id
SELECT id, status, provider_message_id, to_address, from_address, client_id FROM outbound_message_log
WHERE provider_message_id = %(provider_message_id)s
FOR UPDATE;

-- name: apply_receipt
UPDATE outbound_message_log
SET status = %(status)s, provider_message_id = %(provider_message_id)s, error = %(error)s, error_code = %(error_code)s,
    sent_at = CASE WHEN %(status)s = 'FAILED' THEN sent_at ELSE coalesce(sent_at, %(now)s::timestamptz) END,
    delivered_at = CASE WHEN %(status)s = 'DELIVERED' THEN %(now)s::timestamptz ELSE delivered_at END,
    failed_at = CASE WHEN %(status)s IN ('FAILED', 'UNDELIVERED') THEN %(now)s::timestamptz ELSE failed_at END
WHERE id = %(id)s;

-- name: record_consent
INSERT INTO consents (address, our_address, client_id, kind, source, evidence, created_at)
VALUES (%(address)s, %(our_address)s, %(client_id)s, %(kind)s, %(source)s, %(evidence)s::jsonb, %(now)s);

-- name: cancel
UPDATE outbound_message_log SET status = 'CANCELLED', reason = 'cancelled by a person'
WHERE id = %(id)s AND status IN ('PENDING', 'UNKNOWN')
RETURNING id;

-- Unknowns that are due for a look at the carrier's list; pushed ahead, so that one that fails stops no other.
-- name: claim_unknown
WITH due AS (
    SELECT id FROM outbound_message_log
    WHERE status = 'UNKNOWN' AND reconcile_at <= %(now)s
    ORDER BY reconcile_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbound_message_log AS o SET reconcile_at = %(again_at)s
FROM due WHERE o.id = due.id
RETURNING o.id, o.provider, o.channel, o.from_address, o.to_address, o.body, o.send_class, o.started_at, o.resent;

-- Which of the carrier's ids belong to rows that are known already: one message is matched to one row.
-- name: known_ids
SELECT provider_message_id FROM outbound_message_log WHERE provider_message_id = ANY(%(provider_message_ids)s::text[]);

-- Known not sent after all, by a complete list: once more, and only once.
-- name: send_again
UPDATE outbound_message_log
SET status = 'PENDING', resent = true, available_at = %(now)s, claim_token = NULL, leased_until = NULL, started_at = NULL,
    reconcile_at = NULL
WHERE id = %(id)s AND status = 'UNKNOWN' AND NOT resent AND started_at = %(started_at)s;

-- name: leave_to_a_person
UPDATE outbound_message_log SET reconcile_at = NULL, reason = 'needs_a_person' WHERE id = %(id)s AND status = 'UNKNOWN';

-- name: has_work
SELECT EXISTS (SELECT 1 FROM outbound_message_log WHERE status = 'SENDING') AS sending,
       EXISTS (SELECT 1 FROM outbound_message_log AS o
               WHERE o.status = 'PENDING' AND o.available_at <= %(now)s
                 AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS f
                                 WHERE f.status = 'UNKNOWN' AND f.from_address = o.from_address
                                   AND f.to_address = o.to_address)) AS due;

-- When deliver should look again although nobody rings: the next moment at which a number has a slot and something due.
-- One index probe per number and priority. The trap: what is due already and yet was not claimed waits for something else
-- (its recipient's last message is unknown, say); an alarm in the past would ring for ever.
-- name: next_due
SELECT min(greatest(o.available_at, s.next_slot_at)) FILTER (WHERE greatest(o.available_at, s.next_slot_at) > %(now)s) AS at
FROM sender_numbers AS s
CROSS JOIN unnest(ARRAY[0, 1, 2]::smallint[]) AS p (priority)
CROSS JOIN LATERAL (
    SELECT w.available_at FROM outbound_message_log AS w
    WHERE w.status = 'PENDING' AND w.from_address = s.address AND w.priority = p.priority
    ORDER BY w.available_at LIMIT 1
) AS o;

-- name: status_counts
SELECT status, count(*) AS messages, coalesce(sum(collision_count), 0) AS collisions
FROM outbound_message_log GROUP BY status ORDER BY status;

-- name: list_ledger
SELECT id, created_at, status, send_class, reply_type, from_address, to_address, body, reason, error, error_code,
       available_at, sent_at, delivered_at, provider_message_id, collision_count
FROM outbound_message_log
WHERE (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s;

-- name: show_ledger
SELECT * FROM outbound_message_log WHERE id = %(id)s;
