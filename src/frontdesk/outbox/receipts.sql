-- SENT messages of which no final receipt came and that are due for a look at the carrier; pushed ahead in the same
-- statement, so that one that fails stops no other. `again_at` is the claim too: see after_look.
-- name: claim_missed
WITH due AS (
    SELECT id FROM outbound_message_log
    WHERE status = 'SENT' AND receipt_check_at <= %(now)s
    ORDER BY receipt_check_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbound_message_log AS o SET receipt_check_at = %(again_at)s
FROM due WHERE o.id = due.id
RETURNING o.id, o.provider, o.provider_message_id, o.sent_at;

-- Only who claimed it, and only while it is SENT: a receipt may have come meanwhile, or another look.
-- name: after_look
UPDATE outbound_message_log SET receipt_check_at = %(next_at)s, receipt_checks = receipt_checks + 1
WHERE id = %(id)s AND status = 'SENT' AND receipt_check_at = %(again_at)s;
