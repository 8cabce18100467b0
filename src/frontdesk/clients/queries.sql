-- Which clients are reached on these numbers: the one that a number serves, else the one that it is noted for. One probe of
-- a primary key per number and table.
-- name: served_on
SELECT a.address, coalesce(p.client_id, n.client_id) AS client_id
FROM unnest(%(addresses)s::text[]) AS a (address)
LEFT JOIN twilio_number_pool AS p ON p.phone_e164 = a.address AND p.status = 'ASSIGNED'
LEFT JOIN client_numbers AS n ON n.phone_e164 = a.address
WHERE coalesce(p.client_id, n.client_id) IS NOT NULL;

-- The desk's only client: no row where there are several, or none.
-- name: only_client
SELECT min(id) AS client_id FROM (SELECT id FROM clients LIMIT 2) AS c HAVING count(*) = 1;

-- Since when: null where the number was assigned by hand.
-- name: assigned_at
SELECT phone_e164, assigned_at FROM twilio_number_pool
WHERE phone_e164 = ANY(%(addresses)b::text[]) AND status = 'ASSIGNED' AND client_id IS NOT NULL;

-- name: get_client
SELECT id, name, timezone, payment_active, paused, settings FROM clients WHERE id = %(client_id)s;

-- name: owners_phone
SELECT phone_number FROM clients WHERE id = %(client_id)s AND phone_number IS NOT NULL;

-- name: list_clients
SELECT c.id, c.name, c.phone_number, c.timezone, c.payment_active, c.paused, n.phone_e164 AS served_on
FROM clients AS c LEFT JOIN twilio_number_pool AS n ON n.client_id = c.id AND n.status = 'ASSIGNED'
ORDER BY c.id;

-- The first client of a founder with one number. Serialised by the number's primary key: see open_first_number.
-- name: add_client
INSERT INTO clients (name, timezone, payment_active, settings, created_at)
VALUES (%(name)s, %(timezone)s, true, %(settings)s::jsonb, %(now)s)
RETURNING id;

-- Only where nobody has the number yet; two processes that start at once make one row between them.
-- name: open_number
INSERT INTO twilio_number_pool (phone_e164, status) VALUES (%(address)s, 'AVAILABLE')
ON CONFLICT (phone_e164) DO NOTHING;

-- The row lock decides which of two processes makes the first client.
-- name: lock_number
SELECT phone_e164, status, client_id FROM twilio_number_pool WHERE phone_e164 = %(address)s FOR UPDATE;

-- name: assign_number
UPDATE twilio_number_pool SET status = 'ASSIGNED', client_id = %(client_id)s, assigned_at = %(now)s
WHERE phone_e164 = %(address)s;

-- One transaction at a time, where what it looks up has no constraint of its own to keep it single.
-- name: lock
SELECT id FROM clients WHERE id = %(client_id)s FOR NO KEY UPDATE;

-- name: served_number
SELECT phone_e164 FROM twilio_number_pool WHERE client_id = %(client_id)s AND status = 'ASSIGNED';

-- A new owner's business, unpaid until they pay. Two texts of one owner make one client: the phone is unique.
-- name: add_owned
INSERT INTO clients (name, phone_number, timezone, payment_active, settings, created_at)
VALUES (%(name)s, %(phone)s, %(timezone)s, false, '{}', %(now)s)
ON CONFLICT (phone_number) DO NOTHING;

-- name: by_owners_phone
SELECT id FROM clients WHERE phone_number = %(phone)s;

-- Merged by the caller, who holds the row's lock.
-- name: describe
UPDATE clients SET name = %(name)s, timezone = %(timezone)s, settings = %(settings)s::jsonb WHERE id = %(client_id)s;
