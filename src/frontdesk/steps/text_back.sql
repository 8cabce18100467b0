-- What the decision about a text-back must know, read across rooms: the client's own number, whether the caller is one of our
-- numbers, and when this conversation was texted back last. What was blocked, cancelled or refused was no text.
-- name: text_back_facts
SELECT (SELECT n.phone_e164 FROM twilio_number_pool AS n
        WHERE n.client_id = %(client_id)s AND n.status = 'ASSIGNED' LIMIT 1) AS our_number,
       (EXISTS (SELECT 1 FROM twilio_number_pool AS p WHERE p.phone_e164 = %(caller)s)
        OR EXISTS (SELECT 1 FROM client_numbers AS c WHERE c.phone_e164 = %(caller)s)) AS from_our_own,
       (SELECT max(o.created_at) FROM conversations AS v
        JOIN outbound_message_log AS o ON o.conversation_id = v.id
        WHERE v.client_id = %(client_id)s AND v.lead_id = %(lead_id)s AND v.channel = 'sms' AND o.reply_type = 'text_back'
          AND o.status NOT IN ('BLOCKED', 'CANCELLED', 'FAILED')) AS texted_back_at;
