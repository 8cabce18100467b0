-- What must never be: each statement returns the rows that break its promise, the first few, and none while all is well. They
-- are run every few minutes, so each reads an index, a small table or the newest days alone. Older rows are held by the
-- constraints, and these by the first statement.

-- Unique indexes that are missing, or were left invalid by a build that failed.
-- name: constraints_present
SELECT k.name AS missing
FROM unnest(%(indexes)s::text[]) AS k (name)
WHERE NOT EXISTS (SELECT 1 FROM pg_index AS i
                  WHERE i.indexrelid = to_regclass(k.name) AND i.indisvalid AND (i.indisunique OR i.indisexclusion))
UNION ALL
SELECT c.table_name || '.' || c.name
FROM unnest(%(tables)s::text[], %(checks)s::text[]) AS c (table_name, name)
WHERE NOT EXISTS (SELECT 1 FROM pg_constraint AS p
                  WHERE p.conrelid = to_regclass(c.table_name) AND p.conname = c.name AND p.convalidated)
LIMIT %(shown)s;

-- Without an expiry nothing ever closes them.
-- name: active_leads_expire
SELECT id AS lead_id, client_id, status FROM leads
WHERE sequence_expires_at IS NULL AND status IN ('new', 'qualifying', 'qualified') LIMIT %(shown)s;

-- Two numbers of one client, a number of nobody, or one that two clients are reached on.
-- name: one_number_one_client
SELECT min(phone_e164) AS phone_e164, client_id, 'has ' || count(*) || ' numbers' AS why FROM twilio_number_pool
WHERE status = 'ASSIGNED' AND client_id IS NOT NULL GROUP BY client_id HAVING count(*) > 1
UNION ALL
SELECT phone_e164, client_id, 'is assigned to nobody' FROM twilio_number_pool WHERE status = 'ASSIGNED' AND client_id IS NULL
UNION ALL
SELECT p.phone_e164, p.client_id, 'serves client ' || n.client_id || ' too'
FROM twilio_number_pool AS p JOIN client_numbers AS n ON n.phone_e164 = p.phone_e164
WHERE p.status = 'ASSIGNED' AND n.client_id <> p.client_id
LIMIT %(shown)s;

-- name: sent_has_provider_id
SELECT id AS message_id, status FROM outbound_message_log
WHERE created_at >= %(since)s AND status IN ('SENT', 'DELIVERED') AND provider_message_id IS NULL LIMIT %(shown)s;

-- name: one_in_flight
SELECT from_address, to_address, count(*) AS in_flight FROM outbound_message_log
WHERE status IN ('SENDING', 'UNKNOWN') GROUP BY from_address, to_address HAVING count(*) > 1 LIMIT %(shown)s;

-- More texts counted on a lead's present day than its counter says: the daily limit would let too many go. Two hours at the
-- day's beginning are left out, as a text is counted before midnight and noted as gone after it, and days of summer time
-- are shorter. Of older messages it sees none, and so says nothing.
-- name: counters_cover_texts
SELECT l.id AS lead_id, l.sms_count_today, count(*) AS counted
FROM outbound_message_log AS o JOIN leads AS l ON l.id = o.lead_id
WHERE o.created_at >= %(yesterday)s AND l.sms_count_reset_at > %(now)s AND l.sms_count_reset_at <= %(tomorrow)s
  AND o.counted_at >= l.sms_count_reset_at - interval '22 hours'
GROUP BY l.id, l.sms_count_today HAVING count(*) > l.sms_count_today LIMIT %(shown)s;

-- name: completed_has_number
SELECT s.client_id, s.current_state FROM onboarding_states AS s
WHERE (s.current_state = 'COMPLETE' OR s.completed_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM twilio_number_pool AS p WHERE p.client_id = s.client_id AND p.status = 'ASSIGNED')
LIMIT %(shown)s;
