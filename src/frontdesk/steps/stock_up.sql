-- Who waits for a number, and what is free for them: of one country code, or of any where it may be any.
-- name: wanting
SELECT (SELECT count(*) FROM onboarding_states AS s JOIN clients AS c ON c.id = s.client_id
        WHERE s.current_state = 'S6_ASSIGN_NUMBER' AND s.completed_at IS NULL
          AND coalesce(c.phone_number, '') LIKE %(like)s) AS waiting,
       (SELECT count(*) FROM twilio_number_pool
        WHERE status = 'AVAILABLE' AND phone_e164 LIKE %(like)s AND NOT phone_e164 = ANY(%(reserved)s::text[])) AS free;
