-- Take the request id of a question, or count its redelivery: another transaction that is answering it just now is waited
-- for, and its answer read. No row of the archive is touched here; see `archive`.
-- name: begin
INSERT INTO processed_webhooks AS p (request_id, webhook_type, function_name, parameters, received_at, expires_at)
VALUES (%(request_id)s, %(webhook_type)s, %(function_name)s, %(parameters)s::jsonb, %(now)s, %(expires_at)s)
ON CONFLICT (request_id) DO UPDATE SET duplicate_count = p.duplicate_count + 1
RETURNING (xmax = 0) AS first, response;

-- The answer that every redelivery gets.
-- name: finish
UPDATE processed_webhooks SET response = %(response)s::jsonb WHERE request_id = %(request_id)s;

-- What was asked, for people to see: done when it comes here, as its answer commits with it. No lane is opened for it.
-- name: archive
INSERT INTO webhook_events (webhook_type, request_id, lane, client_id, correlation_id, body, payload, headers, received_at,
                            status, attempts, available_at, processed_at, last_error)
VALUES (%(webhook_type)s, %(request_id)s, %(lane)s, %(client_id)s, %(correlation_id)s, %(body)s, %(payload)s::jsonb,
        %(headers)s::jsonb, %(received_at)s, 'done', 1, %(received_at)s, %(received_at)s, %(error)s);
