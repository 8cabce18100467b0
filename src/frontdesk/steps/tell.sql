-- Texts of alerts that the ledger knows more of by now: final, or their time is up.
-- name: handed_over
SELECT d.id, d.message_id, d.channel, d.position, d.status, d.confirm_by, o.status AS ledger_status, o.error, o.error_code,
       o.to_address, o.from_address, o.provider, m.channels, m.severity, m.kind
FROM alert_deliveries AS d
JOIN alert_messages AS m ON m.id = d.message_id
JOIN outbound_message_log AS o ON o.id = d.ledger_id
WHERE d.created_at > %(since)s
  AND ((d.status IN ('handed', 'unconfirmed') AND o.status IN ('DELIVERED', 'FAILED', 'UNDELIVERED', 'BLOCKED', 'CANCELLED'))
       OR (d.status = 'handed' AND d.confirm_by <= %(now)s))
ORDER BY d.created_at, d.id
LIMIT %(limit)s
FOR UPDATE OF d SKIP LOCKED;

-- The number that alerts come from where none is set: the first that serves a client.
-- name: a_number_of_ours
SELECT phone_e164 AS number FROM twilio_number_pool WHERE status = 'ASSIGNED' ORDER BY assigned_at, phone_e164 LIMIT 1;

-- name: provider_of
SELECT provider FROM sender_numbers WHERE address = %(number)s;

-- Was the operator's phone told of anything lately? Then what it answers without being asked for is answered with how to.
-- name: told_lately
SELECT EXISTS (SELECT 1 FROM alert_deliveries WHERE channel = 'sms' AND created_at > %(since)s) AS told;
