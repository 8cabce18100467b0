-- The lock before any money is set aside: it is held until the reservation commits, so that what others reserved is seen.
-- name: lock_budget
INSERT INTO number_budgets AS b (provider, last_reserved_at) VALUES (%(provider)s, %(now)s)
ON CONFLICT (provider) DO UPDATE SET last_reserved_at = excluded.last_reserved_at;

-- What counts as spent. A number costs money each month until it is given back, and for the month in which it was bought.
-- name: spent
SELECT count(*) FILTER (WHERE q.reserved_at > %(day_ago)s) AS today,
       coalesce(sum(q.price) FILTER (WHERE q.reserved_at > %(month_ago)s OR p.status IS DISTINCT FROM 'RETIRED'), 0) AS monthly
FROM number_purchases AS q LEFT JOIN twilio_number_pool AS p ON p.phone_e164 = q.phone_e164
WHERE q.provider = %(provider)s AND q.state IN ('RESERVED', 'UNKNOWN', 'BOUGHT');

-- Money set aside for one number. No row where that number is ordered or was bought.
-- name: reserve
INSERT INTO number_purchases (purchase_id, provider, state, phone_e164, price, currency, ordered_by, reserved_at, look_at)
VALUES (%(purchase_id)s, %(provider)s, 'RESERVED', %(phone)s, %(price)s, %(currency)s, %(ordered_by)s, %(now)s, %(look_at)s)
ON CONFLICT (phone_e164) WHERE state IN ('RESERVED', 'UNKNOWN', 'BOUGHT') DO NOTHING;

-- Bought is bought, whoever finds it out and however late.
-- name: note_bought
UPDATE number_purchases SET state = 'BOUGHT', look_at = NULL, settled_at = %(now)s, error = NULL, error_code = NULL
WHERE purchase_id = %(purchase_id)s AND state <> 'BOUGHT';

-- What is still open is settled otherwise; what is bought stays so.
-- name: note_otherwise
UPDATE number_purchases
SET state = %(state)s, look_at = %(look_at)s, settled_at = %(settled_at)s, error = %(error)s, error_code = %(error_code)s
WHERE purchase_id = %(purchase_id)s AND state IN ('RESERVED', 'UNKNOWN');

-- Open purchases that are due for a look, put off for whoever looks next.
-- name: due_for_a_look
UPDATE number_purchases SET look_at = %(next_look)s
WHERE provider = %(provider)s AND state IN ('RESERVED', 'UNKNOWN') AND look_at <= %(now)s
RETURNING purchase_id, state, phone_e164, reserved_at;

-- name: coming
SELECT count(*) AS coming FROM number_purchases WHERE provider = %(provider)s AND state IN ('RESERVED', 'UNKNOWN');

-- name: list_purchases
SELECT purchase_id, state, phone_e164, price, currency, ordered_by, reserved_at, settled_at, error, error_code
FROM number_purchases ORDER BY reserved_at DESC, purchase_id LIMIT %(limit)s;
