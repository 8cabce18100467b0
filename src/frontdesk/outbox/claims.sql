-- A put must not wait for the number's row, which senders lock while they wait for a lead that the put's transaction holds.
-- The trap: ON CONFLICT DO NOTHING alone does wait, for whoever updates the row that is there.
-- name: ensure_sender
INSERT INTO sender_numbers (address, provider, next_slot_at)
SELECT %(address)s::text, %(provider)s::text, %(now)s::timestamptz
WHERE NOT EXISTS (SELECT 1 FROM sender_numbers AS s WHERE s.address = %(address)s::text)
ON CONFLICT (address) DO NOTHING;

-- The sender numbers whose slot is free and that have something due, of the accounts that are not shut; locked, so that a
-- slot is given once.
-- The trap: only numbers are locked here. Rows of leads come next and ledger rows last, the same order as in handling.
-- name: free_numbers
SELECT s.address, s.provider, s.next_slot_at, s.recent, s.slow_factor, s.throttled_at, s.per_second, s.per_minute, s.held_until,
       s.held_for
FROM sender_numbers AS s
WHERE s.next_slot_at <= %(now)s AND NOT s.provider = ANY(%(shut)s::text[])
  AND (%(only)s::text IS NULL OR s.provider = %(only)s)
  AND EXISTS (
    SELECT 1 FROM unnest(ARRAY[0, 1, 2, 3]::smallint[]) AS p (priority)
    WHERE EXISTS (SELECT 1 FROM outbound_message_log AS o
                  WHERE o.status = 'PENDING' AND o.from_address = s.address AND o.priority = p.priority
                    AND o.available_at <= %(now)s
                    AND (s.held_until IS NULL OR s.held_until <= %(now)s OR o.priority < s.held_for)
                    AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS f
                                    WHERE f.status IN ('SENDING', 'UNKNOWN') AND f.from_address = o.from_address
                                      AND f.to_address = o.to_address)
                    AND NOT EXISTS (SELECT 1 FROM outbound_message_log AS e
                                    WHERE e.status = 'PENDING' AND e.from_address = o.from_address
                                      AND e.to_address = o.to_address AND e.send_class = o.send_class AND e.id < o.id
                                      AND coalesce(e.due_at, e.created_at) <= %(now)s)))
ORDER BY s.next_slot_at
LIMIT %(numbers)s
FOR UPDATE OF s SKIP LOCKED;

-- The next few messages of each number: by priority, then by age; one per recipient and class, in the order in which they
-- were put (what is scheduled for later holds up nobody), and none while the last one to that recipient is on its way or
-- unknown. One short index range per number and priority.
-- name: candidates
SELECT DISTINCT ON (c.from_address, c.to_address) c.id, c.lead_id, c.from_address, c.to_address, c.priority, c.available_at
FROM unnest(%(numbers)s::text[]) AS n (address)
CROSS JOIN unnest(ARRAY[0, 1, 2, 3]::smallint[]) AS p (priority)
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
                        AND e.to_address = o.to_address AND e.send_class = o.send_class AND e.id < o.id
                        AND coalesce(e.due_at, e.created_at) <= %(now)s)
    ORDER BY o.available_at, o.id
    LIMIT %(per_number)s
) AS c
ORDER BY c.from_address, c.to_address, c.priority, c.available_at, c.id;

-- name: lock_pending
SELECT o.id, o.provider, o.channel, o.from_address, o.to_address, o.body, o.correlation_id, o.attempts, o.segments,
       o.priority
FROM outbound_message_log AS o
WHERE o.id = ANY(%(ids)s::bigint[]) AND o.status = 'PENDING'
ORDER BY o.id
FOR UPDATE SKIP LOCKED;

-- What was counted against the lead stands in the row, so that whoever finds that nothing was sent can give it back.
-- name: mark_sending
UPDATE outbound_message_log AS o
SET status = 'SENDING', claim_token = %(claim_token)s, leased_until = %(leased_until)s, started_at = NULL, reason = NULL,
    attempts = o.attempts + 1, slot_at = d.slot_at, counted_at = d.counted_at, counted_before = d.counted_before
FROM unnest(%(ids)s::bigint[], %(slots)s::timestamptz[], %(counted)s::timestamptz[], %(before)s::timestamptz[])
     AS d (id, slot_at, counted_at, counted_before)
WHERE o.id = d.id AND o.status = 'PENDING';

-- name: mark_waiting
UPDATE outbound_message_log AS o SET available_at = greatest(o.available_at, d.until), reason = d.reason
FROM unnest(%(ids)s::bigint[], %(untils)s::timestamptz[], %(reasons)s::text[]) AS d (id, until, reason)
WHERE o.id = d.id AND o.status = 'PENDING';

-- name: mark_blocked
UPDATE outbound_message_log AS o SET status = 'BLOCKED', reason = d.reason
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS d (id, reason)
WHERE o.id = d.id AND o.status = 'PENDING';

-- Deferred replies to the same person make way for the newest; the parts of one turn belong together.
-- name: replace_deferred
UPDATE outbound_message_log
SET status = 'BLOCKED', reason = %(reason)s
WHERE conversation_id = %(conversation_id)s AND status = 'PENDING' AND send_class = 'reply' AND reason = %(deferred)s
  AND id < %(id)s AND correlation_id <> %(correlation_id)s
RETURNING id;

-- name: take_slots
UPDATE sender_numbers
SET next_slot_at = %(next_slot_at)s, recent = %(recent)s::timestamptz[], done = done + %(sends)s,
    held_until = %(held_until)s, held_for = %(held_for)s
WHERE address = %(address)s;

-- name: lock_pace
SELECT address, provider, next_slot_at, recent, slow_factor, throttled_at, per_second, per_minute, held_until, held_for
FROM sender_numbers WHERE address = %(address)s FOR UPDATE;

-- name: slow_down
UPDATE sender_numbers
SET next_slot_at = %(next_slot_at)s, slow_factor = %(slow_factor)s, throttled_at = %(throttled_at)s,
    throttled = throttled + 1
WHERE address = %(address)s;

-- The last fence before the request is written: from here on a crash leaves the message unknown.
-- turn: after what really went before it on its number, which may be later than its slot where a process stood still in
-- between. Whoever comes next gets a later turn. No row: its turn would come after `latest`.
-- started: `ours` is false where the claim is lost; the turn must be undone then.
-- name: start
WITH turn AS (
    UPDATE sender_numbers
    SET busy_until = greatest(busy_until, %(now)s::timestamptz) + %(takes)s::interval,
        next_slot_at = greatest(next_slot_at, greatest(busy_until, %(now)s::timestamptz) + %(takes)s::interval),
        recent = array_replace(recent, %(slot_at)s::timestamptz, greatest(busy_until, %(now)s::timestamptz))
    WHERE address = %(address)s AND (busy_until IS NULL OR busy_until <= %(latest)s)
    RETURNING busy_until - %(takes)s::interval AS at
), started AS (
    UPDATE outbound_message_log AS o
    SET started_at = turn.at, leased_until = %(leased_until)s, template = %(template)s::text,
        counted_at = CASE WHEN o.counted_at IS NULL THEN NULL ELSE turn.at END
    FROM turn
    WHERE o.id = %(id)s AND o.claim_token = %(claim_token)s AND o.status = 'SENDING'
    RETURNING o.id
)
SELECT turn.at, started.id IS NOT NULL AS ours FROM turn LEFT JOIN started ON true;

-- A message that was claimed and may not go after all goes back, as if it had not been claimed.
-- name: unclaim
UPDATE outbound_message_log
SET status = 'PENDING', claim_token = NULL, leased_until = NULL, slot_at = NULL, counted_at = NULL, counted_before = NULL
WHERE id = %(id)s AND claim_token = %(claim_token)s AND status = 'SENDING' AND started_at IS NULL
RETURNING id;

-- When deliver should look again although nobody rings: the next moment at which a number has a slot and something due, and
-- its account is not shut. One index probe per number and priority. The trap: what is due already and yet was not claimed
-- waits for something else (its recipient's last message is unknown, say); an alarm in the past would ring for ever.
-- name: next_due
SELECT min(greatest(o.available_at, s.next_slot_at, c.open_until, CASE WHEN p.priority >= s.held_for THEN s.held_until END))
           FILTER (WHERE greatest(o.available_at, s.next_slot_at, c.open_until,
                                  CASE WHEN p.priority >= s.held_for THEN s.held_until END) > %(now)s) AS at
FROM sender_numbers AS s
LEFT JOIN provider_circuits AS c ON c.account = s.provider
CROSS JOIN unnest(ARRAY[0, 1, 2, 3]::smallint[]) AS p (priority)
CROSS JOIN LATERAL (
    SELECT w.available_at FROM outbound_message_log AS w
    WHERE w.status = 'PENDING' AND w.from_address = s.address AND w.priority = p.priority
    ORDER BY w.available_at LIMIT 1
) AS o;
