-- name: list_events
SELECT e.id, e.received_at, e.webhook_type, e.request_id, e.lane, e.client_id, e.status, e.attempts, e.last_error, e.processed_at,
       coalesce(p.duplicate_count, 0) AS duplicates
FROM webhook_events AS e LEFT JOIN processed_webhooks AS p ON p.request_id = e.request_id
WHERE (%(status)s::text IS NULL OR e.status = %(status)s)
  AND (%(webhook_type)s::text IS NULL OR e.webhook_type = %(webhook_type)s)
ORDER BY e.received_at DESC, e.id DESC
LIMIT %(limit)s;

-- name: show_event
SELECT e.*, coalesce(p.duplicate_count, 0) AS duplicates, d.error AS dead_error, d.died_at, d.replayed_at
FROM webhook_events AS e
LEFT JOIN processed_webhooks AS p ON p.request_id = e.request_id
LEFT JOIN dead_letters AS d ON d.event_received_at = e.received_at AND d.event_id = e.id
WHERE e.id = %(event_id)s;

-- name: show_event_at
SELECT e.*, coalesce(p.duplicate_count, 0) AS duplicates, d.error AS dead_error, d.died_at, d.replayed_at
FROM webhook_events AS e
LEFT JOIN processed_webhooks AS p ON p.request_id = e.request_id
LEFT JOIN dead_letters AS d ON d.event_received_at = e.received_at AND d.event_id = e.id
WHERE e.received_at = %(received_at)s AND e.id = %(event_id)s;

-- name: partition_there
SELECT to_regclass(%(name)s) IS NOT NULL AS there;
