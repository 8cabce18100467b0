-- The ledger first. The unique key is the promise: a second put counts a collision and gets the first row, in the same
-- statement (an error would abort the settling transaction).
-- name: put
INSERT INTO outbound_message_log AS o
    (conversation_id, lead_id, client_id, outbound_dedupe_key, status, provider, channel, reply_type, question_key,
     send_class, priority, day_bucket, from_address, to_address, body, segments, correlation_id, available_at, due_at,
     created_at, enrolment_id)
VALUES (%(conversation_id)s, %(lead_id)s, %(client_id)s, %(dedupe_key)s, 'PENDING', %(provider)s, %(channel)s,
        %(reply_type)s, %(question_key)s, %(send_class)s, %(priority)s, %(day_bucket)s, %(from_address)s,
        %(to_address)s, %(body)s, %(segments)s, %(correlation_id)s, %(available_at)s, %(available_at)s, %(now)s,
        %(enrolment_id)s)
ON CONFLICT (outbound_dedupe_key) DO UPDATE SET collision_count = o.collision_count + 1
RETURNING id, (collision_count = 0) AS first;

-- Many at once, under the same promise; sorted by key, as two passes that put the same rows would else deadlock.
-- name: put_many
INSERT INTO outbound_message_log AS o
    (conversation_id, lead_id, client_id, outbound_dedupe_key, status, provider, channel, reply_type, question_key,
     send_class, priority, day_bucket, from_address, to_address, body, segments, correlation_id, available_at, due_at,
     created_at, enrolment_id)
SELECT d.conversation_id, d.lead_id, d.client_id, d.dedupe_key, 'PENDING', d.provider, d.channel, d.reply_type,
       d.question_key, d.send_class, d.priority, d.day_bucket, d.from_address, d.to_address, d.body, d.segments,
       d.correlation_id, d.available_at, d.available_at, %(now)s, d.enrolment_id
FROM unnest(%(conversation_id)s::bigint[], %(lead_id)s::bigint[], %(client_id)s::bigint[], %(dedupe_key)s::text[],
            %(provider)s::text[], %(channel)s::text[], %(reply_type)s::text[], %(question_key)s::text[],
            %(send_class)s::text[], %(priority)s::smallint[], %(day_bucket)s::date[], %(from_address)s::text[],
            %(to_address)s::text[], %(body)s::text[], %(segments)s::smallint[], %(correlation_id)s::text[],
            %(available_at)s::timestamptz[], %(enrolment_id)s::bigint[])
     AS d (conversation_id, lead_id, client_id, dedupe_key, provider, channel, reply_type, question_key, send_class,
           priority, day_bucket, from_address, to_address, body, segments, correlation_id, available_at, enrolment_id)
ORDER BY d.dedupe_key
ON CONFLICT (outbound_dedupe_key) DO UPDATE SET collision_count = o.collision_count + 1
RETURNING outbound_dedupe_key, id, (collision_count = 0) AS first;

-- A hint only: a statement of its own, delivered at commit.
-- name: notify
SELECT pg_notify('frontdesk', 'outbox');

-- Settling: only the holder of the lease, and only while it is still on its way (a receipt may have been faster).
-- name: settle_sent
UPDATE outbound_message_log
SET status = 'SENT', provider_message_id = %(provider_message_id)s, sent_at = %(now)s, error = NULL, error_code = NULL,
    receipt_check_at = %(receipt_check_at)s,
    counted_at = CASE WHEN counted_at IS NULL THEN NULL ELSE %(now)s::timestamptz END
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status IN ('SENDING', 'UNKNOWN')
RETURNING id;

-- name: settle_failed
UPDATE outbound_message_log
SET status = 'FAILED', error = %(error)s, error_code = %(error_code)s, failed_at = %(now)s
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status IN ('SENDING', 'UNKNOWN')
RETURNING id;

-- name: settle_unknown
UPDATE outbound_message_log SET status = 'UNKNOWN', error = %(error)s, reconcile_at = %(now)s,
    counted_at = CASE WHEN counted_at IS NULL THEN NULL ELSE %(now)s::timestamptz END
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status = 'SENDING'
RETURNING id;

-- name: settle_not_sent
UPDATE outbound_message_log SET status = 'PENDING', error = %(error)s, available_at = %(available_at)s, claim_token = NULL,
    leased_until = NULL, started_at = NULL
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status IN ('SENDING', 'UNKNOWN')
RETURNING id;

-- Leases that ran out: not yet started goes back to the queue, started is unknown. Two statements, two indexes' worth. What
-- somebody else has locked is left for the next look: to wait for one row while others are locked may deadlock.
-- name: lapse_unstarted
WITH lapsed AS (
    SELECT id FROM outbound_message_log
    WHERE status = 'SENDING' AND leased_until < %(lease_now)s AND started_at IS NULL
    FOR UPDATE SKIP LOCKED
)
UPDATE outbound_message_log AS o SET status = 'PENDING', claim_token = NULL, leased_until = NULL, slot_at = NULL
FROM lapsed WHERE o.id = lapsed.id
RETURNING o.id, o.lead_id, o.counted_at, o.counted_before;

-- name: lapse_started
WITH lapsed AS (
    SELECT id, counted_at FROM outbound_message_log
    WHERE status = 'SENDING' AND leased_until < %(lease_now)s AND started_at IS NOT NULL
    FOR UPDATE SKIP LOCKED
)
UPDATE outbound_message_log AS o
SET status = 'UNKNOWN', error = 'The process that was sending this died or lost its lease; it may have been sent.',
    reconcile_at = %(now)s, counted_at = CASE WHEN o.counted_at IS NULL THEN NULL ELSE %(now)s::timestamptz END
FROM lapsed WHERE o.id = lapsed.id
RETURNING o.id, o.lead_id, lapsed.counted_at;

-- name: lock_for_receipt
SELECT id, status, provider_message_id, to_address, from_address, client_id, lead_id, counted_at, channel
FROM outbound_message_log
WHERE id = %(ledger_id)s AND (provider_message_id IS NULL OR provider_message_id IN (%(provider_message_id)s, 'by-hand'))
FOR UPDATE;

-- name: lock_by_provider_id
SELECT id, status, provider_message_id, to_address, from_address, client_id, lead_id, counted_at, channel
FROM outbound_message_log
WHERE provider_message_id = %(provider_message_id)s
FOR UPDATE;

-- name: apply_receipt
UPDATE outbound_message_log
SET status = %(status)s, provider_message_id = %(provider_message_id)s, error = %(error)s, error_code = %(error_code)s,
    sent_at = CASE WHEN %(status)s = 'FAILED' THEN sent_at ELSE coalesce(sent_at, %(now)s::timestamptz) END,
    delivered_at = CASE WHEN %(status)s = 'DELIVERED' THEN %(now)s::timestamptz ELSE delivered_at END,
    failed_at = CASE WHEN %(status)s IN ('FAILED', 'UNDELIVERED') THEN %(now)s::timestamptz ELSE failed_at END,
    receipt_check_at = CASE WHEN %(status)s = 'SENT' THEN %(receipt_check_at)s::timestamptz ELSE receipt_check_at END
WHERE id = %(id)s;

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
WHERE id = %(id)s AND status = 'UNKNOWN' AND NOT resent AND started_at = %(started_at)s
RETURNING id, lead_id, counted_at, counted_before;

-- name: leave_to_a_person
UPDATE outbound_message_log SET reconcile_at = NULL, reason = 'needs_a_person' WHERE id = %(id)s AND status = 'UNKNOWN';

-- name: has_work
SELECT EXISTS (SELECT 1 FROM outbound_message_log WHERE status = 'SENDING') AS sending,
       EXISTS (SELECT 1 FROM outbound_message_log AS o
               WHERE o.status = 'PENDING' AND o.available_at <= %(now)s
                 AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS f
                                 WHERE f.status = 'UNKNOWN' AND f.from_address = o.from_address
                                   AND f.to_address = o.to_address)) AS due;

-- name: status_counts
SELECT status, count(*) AS messages, coalesce(sum(collision_count), 0) AS collisions
FROM outbound_message_log GROUP BY status ORDER BY status;

-- name: show_ledger
SELECT * FROM outbound_message_log WHERE id = %(id)s;
