-- How far a provider's own list of inbound messages was passed on; no row before the first time.
-- name: listed_until
SELECT listed_until FROM inbound_listings WHERE provider = %(provider)s;

-- Only forward: a pass that was paused and ends late takes nothing back.
-- name: move_listed_until
INSERT INTO inbound_listings AS l (provider, listed_until) VALUES (%(provider)s, %(listed_until)s)
ON CONFLICT (provider) DO UPDATE SET listed_until = greatest(l.listed_until, excluded.listed_until);

-- By the primary key; an id that has expired and is not deleted yet still counts as known, as it does at receipt.
-- name: remembered
SELECT request_id FROM processed_webhooks WHERE request_id = ANY(%(request_ids)b::text[]);

-- Ids that were forgotten, of events that are still in the archive: dead letters, held ones, and what handlers of your own
-- handled without a message row.
-- The trap: no index leads from a request id to its event (one more to write for each webhook), so this reads the weeks
-- since `received_after` whole. Ask for old ids only, which nothing but a long outage leaves to ask for.
-- name: archived
SELECT DISTINCT request_id FROM webhook_events
WHERE received_at >= %(received_after)s AND request_id = ANY(%(request_ids)b::text[]);
