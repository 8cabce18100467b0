-- What a person decides about one message or one number.

-- One message with what it may be waiting for: the one before it, its provider's circuit, its number's next slot.
-- name: standing
SELECT o.*, f.id AS behind_id, f.status AS behind_status, c.open_until, s.next_slot_at
FROM outbound_message_log AS o
LEFT JOIN LATERAL (
    SELECT x.id, x.status FROM outbound_message_log AS x
    WHERE x.status IN ('SENDING', 'UNKNOWN') AND x.from_address = o.from_address AND x.to_address = o.to_address
      AND x.id <> o.id
    LIMIT 1
) AS f ON true
LEFT JOIN provider_circuits AS c ON c.account = o.provider
LEFT JOIN sender_numbers AS s ON s.address = o.from_address
WHERE o.id = %(id)s;

-- The three ways out of UNKNOWN that a person has; each fenced by the attempt that the person was shown. Without an id of
-- the carrier's there is nothing to look up later.
-- name: say_sent
UPDATE outbound_message_log
SET status = 'SENT', provider_message_id = %(provider_message_id)s, sent_at = coalesce(sent_at, %(now)s::timestamptz),
    error = NULL, error_code = NULL, reason = NULL, reconcile_at = NULL, receipt_check_at = %(receipt_check_at)s
WHERE id = %(id)s AND status = 'UNKNOWN' AND started_at IS NOT DISTINCT FROM %(started_at)s
RETURNING id;

-- name: say_not_sent
UPDATE outbound_message_log
SET status = 'FAILED', error = %(error)s, failed_at = %(now)s, reason = NULL, reconcile_at = NULL, counted_at = NULL,
    counted_before = NULL
WHERE id = %(id)s AND status = 'UNKNOWN' AND started_at IS NOT DISTINCT FROM %(started_at)s
RETURNING id;

-- A person's word makes it young again (due_at), else the gate would call it too old; and it is the last automatic word:
-- once resent, the next UNKNOWN of this row is a person's again.
-- name: say_send_again
UPDATE outbound_message_log
SET status = 'PENDING', resent = true, available_at = %(now)s, due_at = %(now)s, reason = NULL, reconcile_at = NULL,
    claim_token = NULL, leased_until = NULL, started_at = NULL, counted_at = NULL, counted_before = NULL
WHERE id = %(id)s AND status = 'UNKNOWN' AND started_at IS NOT DISTINCT FROM %(started_at)s
RETURNING id;

-- What a number may send by its carrier; null: what the settings say.
-- name: set_throughput
UPDATE sender_numbers SET per_second = %(per_second)s, per_minute = %(per_minute)s WHERE address = %(address)s
RETURNING address;

-- A switch that is on, kept on until the transaction ends: what is held under it is held before it is lifted.
-- name: keep_switch
SELECT mode FROM send_switches WHERE scope = %(scope)s AND name = %(name)s FOR SHARE;

-- What is held and no switch stops any more is due again, in bounded batches. The gate's own rule of which switch concerns
-- which message; what another switch still stops is not touched, so that a hundred thousand rows do not go to and fro.
-- name: let_go_freed
WITH freed AS (
    SELECT o.id FROM outbound_message_log AS o
    WHERE o.status = 'PENDING' AND o.id > %(after)s AND o.reason = %(reason)s AND o.available_at = %(held_until)s
      AND NOT EXISTS (
          SELECT 1 FROM send_switches AS k
          WHERE k.mode = 'stop' AND (o.send_class <> 'alert' OR k.scope NOT IN ('global', 'client'))
            AND k.name = CASE k.scope WHEN 'global' THEN '' WHEN 'client' THEN o.client_id::text
                                      WHEN 'number' THEN o.from_address WHEN 'provider' THEN o.provider
                                      ELSE (%(lanes)s::text[])[o.priority + 1] END)
    ORDER BY o.id
    LIMIT %(limit)s
    FOR UPDATE OF o SKIP LOCKED
)
UPDATE outbound_message_log AS o SET available_at = greatest(o.due_at, %(now)s), reason = NULL
FROM freed WHERE o.id = freed.id
RETURNING o.id;
