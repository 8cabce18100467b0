-- name: begin_attempt
INSERT INTO outbound_attempts (outbound_id, number, started_at)
VALUES (%(outbound_id)s, %(number)s, %(now)s)
ON CONFLICT (outbound_id, number) DO NOTHING;

-- name: end_attempt
UPDATE outbound_attempts
SET ended_at = %(now)s, outcome = %(outcome)s, error = %(error)s, error_code = %(error_code)s,
    request = %(request)s::jsonb, response = %(response)s::jsonb
WHERE outbound_id = %(outbound_id)s AND number = %(number)s AND ended_at IS NULL;

-- name: attempts_of
SELECT number, started_at, ended_at, outcome, error, error_code, request, response
FROM outbound_attempts WHERE outbound_id = %(outbound_id)s ORDER BY number;
