-- Find the lead of a phone number or make it; one row per client and number for ever. The no-op update returns the row
-- and locks it: a lead is changed by one transaction at a time.
-- name: ensure
INSERT INTO leads AS l (client_id, phone, status, sequence_expires_at, created_at)
VALUES (%(client_id)s, %(phone)s, 'new', %(sequence_expires_at)s, %(now)s)
ON CONFLICT (client_id, phone) DO UPDATE SET phone = excluded.phone
RETURNING id, client_id, first_name, last_name, phone, email, status, service_type_enum, timezone,
          not_textable_at IS NOT NULL AS not_textable;

-- name: get
SELECT id, client_id, first_name, last_name, phone, email, status, service_type_enum, timezone,
       not_textable_at IS NOT NULL AS not_textable
FROM leads WHERE client_id = %(client_id)s AND phone = %(phone)s;

-- The lead that a person is who gave a number, an e-mail address, or both. The number decides. The address alone joins only
-- where no number speaks against it: two who share a mailbox stay two. The caller has the client's row locked, as no
-- constraint keeps the address single.
-- name: find_person
SELECT id, client_id, first_name, last_name, phone, email, status, service_type_enum, timezone
FROM leads
WHERE client_id = %(client_id)s
  AND (phone = %(phone)s::text
       OR (lower(email) = lower(%(email)s::text) AND (phone IS NULL OR %(phone)s::text IS NULL)))
ORDER BY coalesce(phone = %(phone)s::text, false) DESC, (phone IS NULL), created_at, id
LIMIT 1
FOR UPDATE;

-- A person without a number has no conflict; with one, the number's lead may have come by text just now.
-- name: add_person
INSERT INTO leads AS l (client_id, phone, email, status, sequence_expires_at, created_at)
VALUES (%(client_id)s, %(phone)s, %(email)s, 'new', %(sequence_expires_at)s, %(now)s)
ON CONFLICT (client_id, phone) DO UPDATE SET phone = excluded.phone
RETURNING id, client_id, first_name, last_name, phone, email, status, service_type_enum, timezone;

-- name: give_phone
UPDATE leads SET phone = %(phone)s WHERE id = %(lead_id)s AND phone IS NULL;

-- Fill what is empty; never empty what is filled. Touches no row when there is nothing to fill. A last name that comes with
-- another first name than the one that stands is somebody else's, and joins no half.
-- name: fill
UPDATE leads
SET first_name = coalesce(first_name, %(first_name)s::text),
    last_name = coalesce(last_name, CASE WHEN lower(coalesce(first_name, %(first_name)s::text)) IS NOT DISTINCT FROM
                                              lower(coalesce(%(first_name)s::text, first_name)) THEN %(last_name)s::text END),
    email = coalesce(email, %(email)s::text), service_type_enum = coalesce(service_type_enum, %(service_type_enum)s::text),
    service_type_id = CASE WHEN service_type_enum IS NULL AND %(service_type_enum)s::text IS NOT NULL
                           THEN coalesce(service_type_id,
                                         (SELECT t.id FROM service_types AS t
                                          WHERE t.code = %(service_type_enum)s OR t.label = %(service_type_enum)s
                                          ORDER BY t.code = %(service_type_enum)s DESC, t.id LIMIT 1))
                           ELSE service_type_id END
WHERE id = %(lead_id)s
  AND ((first_name IS NULL AND %(first_name)s::text IS NOT NULL)
       OR (last_name IS NULL AND %(last_name)s::text IS NOT NULL
           AND lower(coalesce(first_name, %(first_name)s::text)) IS NOT DISTINCT FROM
               lower(coalesce(%(first_name)s::text, first_name)))
       OR (email IS NULL AND %(email)s::text IS NOT NULL)
       OR (service_type_enum IS NULL AND %(service_type_enum)s::text IS NOT NULL));

-- A better value takes the place of the one that was filled in before it. The trap: a column that a person changed since then
-- holds something else than what the conversation knew, and stays.
-- name: correct
UPDATE leads
SET first_name = CASE WHEN %(new_first_name)s::text IS NOT NULL AND first_name IS NOT DISTINCT FROM %(old_first_name)s::text
                      THEN %(new_first_name)s ELSE first_name END,
    last_name = CASE WHEN %(new_first_name)s::text IS NOT NULL AND first_name IS NOT DISTINCT FROM %(old_first_name)s::text
                          AND last_name IS NOT DISTINCT FROM %(old_last_name)s::text
                     THEN coalesce(%(new_last_name)s::text, last_name)
                     WHEN %(new_first_name)s::text IS NULL AND %(new_last_name)s::text IS NOT NULL
                          AND last_name IS NOT DISTINCT FROM %(old_last_name)s::text
                     THEN %(new_last_name)s ELSE last_name END,
    email = CASE WHEN %(new_email)s::text IS NOT NULL AND email IS NOT DISTINCT FROM %(old_email)s::text
                 THEN %(new_email)s ELSE email END,
    service_type_enum = CASE WHEN %(new_service_type_enum)s::text IS NOT NULL
                                  AND service_type_enum IS NOT DISTINCT FROM %(old_service_type_enum)s::text
                             THEN %(new_service_type_enum)s ELSE service_type_enum END,
    service_type_id = CASE WHEN %(new_service_type_enum)s::text IS NOT NULL
                                AND service_type_enum IS NOT DISTINCT FROM %(old_service_type_enum)s::text
                           THEN (SELECT t.id FROM service_types AS t
                                 WHERE t.code = %(new_service_type_enum)s OR t.label = %(new_service_type_enum)s
                                 ORDER BY t.code = %(new_service_type_enum)s DESC, t.id LIMIT 1)
                           ELSE service_type_id END
WHERE id = %(lead_id)s;

-- One lead with the label of its service, which is the enum's own where no row has it.
-- name: show
SELECT l.id, l.client_id, l.first_name, l.last_name, l.phone, l.email, l.status, l.service_type_enum, l.timezone,
       coalesce(t.label, l.service_type_enum) AS service
FROM leads AS l LEFT JOIN service_types AS t ON t.id = l.service_type_id
WHERE l.id = %(lead_id)s;

-- What a person writes stands, whatever stood before; what they left out stays. No row where there is no such lead.
-- name: edit
UPDATE leads
SET first_name = coalesce(%(first_name)s::text, first_name), last_name = coalesce(%(last_name)s::text, last_name),
    email = coalesce(%(email)s::text, email), service_type_enum = coalesce(%(service_type_enum)s::text, service_type_enum),
    service_type_id = CASE WHEN %(service_type_enum)s::text IS NOT NULL
                           THEN (SELECT t.id FROM service_types AS t
                                 WHERE t.code = %(service_type_enum)s OR t.label = %(service_type_enum)s
                                 ORDER BY t.code = %(service_type_enum)s DESC, t.id LIMIT 1)
                           ELSE service_type_id END
WHERE id = %(lead_id)s
RETURNING first_name, last_name, email, service_type_enum;

-- A lead's status moves forward by the flow only from the states before it.
-- name: mark_status
UPDATE leads SET status = %(status)s WHERE id = %(lead_id)s AND status = ANY(%(from_statuses)s::text[]);

-- name: reopen
UPDATE leads SET status = 'qualifying', closed_reason = NULL, closed_at = NULL, sequence_expires_at = %(sequence_expires_at)s
WHERE id = %(lead_id)s AND status = 'lost' AND closed_reason LIKE %(closed_reason)s;

-- Leads of whom nothing came in time, in bulk. A null expiry is never due. What somebody else has locked is left for the
-- next pass; NO KEY, as rows that refer to a lead may be written meanwhile.
-- name: close_expired
WITH expired AS (
    SELECT id FROM leads
    WHERE sequence_expires_at <= %(now)s AND status IN ('new', 'qualifying', 'qualified')
    ORDER BY sequence_expires_at LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE leads AS l SET status = 'lost', closed_reason = %(closed_reason)s, closed_at = %(now)s
FROM expired WHERE l.id = expired.id
RETURNING l.id;

-- Rows of leads are locked before ledger rows, in order of id: the same order in every step.
-- name: lock_counters
SELECT id, last_sms_at, sms_count_today, sms_count_reset_at FROM leads
WHERE id = ANY(%(lead_ids)s::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED;

-- name: set_counters
UPDATE leads SET last_sms_at = %(last_sms_at)s, sms_count_today = %(sms_count_today)s,
    sms_count_reset_at = %(sms_count_reset_at)s
WHERE id = %(lead_id)s;

-- Before the number's row is locked: whoever waits here holds nobody else up.
-- name: lock_one
SELECT id FROM leads WHERE id = %(lead_id)s FOR NO KEY UPDATE;

-- A text really goes a little after it was counted, and has gone for sure when its carrier answered: the next minute begins
-- then.
-- name: count_from
UPDATE leads SET last_sms_at = %(went_at)s WHERE id = %(lead_id)s AND last_sms_at = %(claimed_at)s;

-- Undo one count when nothing was sent, unless another text was counted since.
-- name: refund
UPDATE leads SET last_sms_at = %(previous_sms_at)s, sms_count_today = greatest(sms_count_today - 1, 0)
WHERE id = %(lead_id)s AND last_sms_at = %(claimed_at)s;

-- name: list_leads
SELECT id, client_id, first_name, last_name, phone, email, status, service_type_enum, last_sms_at, sms_count_today, created_at
FROM leads ORDER BY id DESC LIMIT %(limit)s;

-- What the carrier said of a number: no text reaches it. The first word stays.
-- name: mark_not_textable
UPDATE leads SET not_textable_at = %(now)s, not_textable_why = %(why)s WHERE id = %(lead_id)s AND not_textable_at IS NULL;

-- A text came from it, or a person knows better.
-- name: mark_textable
UPDATE leads SET not_textable_at = NULL, not_textable_why = NULL WHERE id = %(lead_id)s AND not_textable_at IS NOT NULL;
