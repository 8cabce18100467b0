-- The payment of an event, made if it is new; the update locks the row. A client that the payment itself named stays.
-- name: ensure
INSERT INTO client_payments AS p (payment_ref, provider, client_id, client_named, customer_id, subscription_id, created_at)
VALUES (%(payment_ref)s, %(provider)s, %(client_id)s, %(client_named)s, %(customer_id)s, %(subscription_id)s, %(now)s)
ON CONFLICT (payment_ref) DO UPDATE
SET client_id = CASE WHEN p.client_named THEN p.client_id ELSE coalesce(excluded.client_id, p.client_id) END,
    client_named = p.client_named OR excluded.client_named
RETURNING payment_ref, client_id, customer_id, subscription_id, state, last_event_at, last_event_type, amount, currency, paid_at;

-- name: save
UPDATE client_payments
SET customer_id = %(customer_id)s, subscription_id = %(subscription_id)s, state = %(state)s,
    last_event_at = %(last_event_at)s, last_event_type = %(last_event_type)s, amount = %(amount)s, currency = %(currency)s,
    paid_at = %(paid_at)s
WHERE payment_ref = %(payment_ref)s;

-- All that tells whose a payment is: what was noted of it before, the client that it names (where there is such a one), and
-- the one client of its customer's other subscriptions. The last goes for subscriptions alone: what else a customer buys is
-- no payment for service. One that belongs to several clients tells nothing.
-- name: whose
SELECT p.client_id AS noted, coalesce(p.client_named, false) AS noted_by_name, c.id AS named, o.client_id AS of_customer
FROM (VALUES (%(payment_ref)s::text)) AS a (payment_ref)
LEFT JOIN client_payments AS p ON p.payment_ref = a.payment_ref
LEFT JOIN clients AS c ON c.id = %(named)s::bigint
LEFT JOIN LATERAL (
    SELECT min(s.client_id) AS client_id FROM client_payments AS s
    WHERE %(is_subscription)s AND s.customer_id = %(customer_id)s AND s.subscription_id IS NOT NULL
    HAVING count(DISTINCT s.client_id) < 2
) AS o ON true;

-- Subscriptions of this customer of which nobody knew whose they are.
-- name: adopt
UPDATE client_payments SET client_id = %(client_id)s
WHERE customer_id = %(customer_id)s AND subscription_id IS NOT NULL AND client_id IS NULL;

-- One transaction at a time decides about a client, and a person's UPDATE waits for it or is seen by it.
-- name: lock_client
SELECT c.payment_active, s.active, s.as_of
FROM clients AS c LEFT JOIN client_standings AS s ON s.client_id = c.id
WHERE c.id = %(client_id)s FOR NO KEY UPDATE OF c;

-- name: of_client
SELECT payment_ref, client_id, customer_id, subscription_id, state, last_event_at, last_event_type, amount, currency, paid_at
FROM client_payments WHERE client_id = %(client_id)s ORDER BY payment_ref;

-- name: set_active
UPDATE clients SET payment_active = %(active)s WHERE id = %(client_id)s AND payment_active <> %(active)s;

-- name: stand
INSERT INTO client_standings (client_id, active, as_of) VALUES (%(client_id)s, %(active)s, %(as_of)s)
ON CONFLICT (client_id) DO UPDATE SET active = excluded.active, as_of = excluded.as_of;

-- What was paid, or is to be, and nobody knows for which client: the newest first.
-- name: of_nobody
SELECT payment_ref, client_id, customer_id, subscription_id, state, last_event_at, last_event_type, amount, currency, paid_at
FROM client_payments WHERE client_id IS NULL AND state NOT IN ('refunded', 'ended', 'failed')
ORDER BY last_event_at DESC NULLS LAST, payment_ref LIMIT %(limit)s;
