-- min-code: 1
-- More reach: alerts through Apprise, numbers bought by the desk. Older code runs on beside newer.

-- Alerts ------------------------------------------------------------------------------------------------------------------------

ALTER TABLE alert_deliveries DROP CONSTRAINT alert_deliveries_channel_check;

ALTER TABLE alert_deliveries ADD CONSTRAINT alert_deliveries_channel_check
    CHECK (channel IN ('sms', 'slack', 'email', 'webhook', 'apprise'));

-- Numbers that the desk buys ----------------------------------------------------------------------------------------------------

-- One row that whoever is to spend money locks first: of many who would buy at once, each sees what the one before reserved.
CREATE TABLE number_budgets (
    provider         text PRIMARY KEY CHECK (provider <> ''),
    last_reserved_at timestamptz NOT NULL
);

-- Every number that the desk set out to buy. RESERVED: the money is set aside, the order may be on its way. UNKNOWN: it may have
-- been bought. Both count as spent, until the provider's list of our numbers tells. BOUGHT, FAILED: known.
CREATE TABLE number_purchases (
    purchase_id uuid PRIMARY KEY, -- part of the name that the number has at the provider, by which it is found again
    provider    text NOT NULL REFERENCES number_budgets (provider),
    state       text NOT NULL CHECK (state IN ('RESERVED', 'BOUGHT', 'FAILED', 'UNKNOWN')),
    phone_e164  text NOT NULL CHECK (phone_e164 ~ '^\+[1-9][0-9]{6,14}$'),
    price       numeric(12, 4) NOT NULL CHECK (price > 0), -- a month
    currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    ordered_by  text NOT NULL,
    reserved_at timestamptz NOT NULL,
    look_at     timestamptz, -- when the provider is asked what became of it
    settled_at  timestamptz,
    error       text,
    error_code  text,
    CHECK ((state IN ('RESERVED', 'UNKNOWN')) = (look_at IS NOT NULL))
);

-- A number is ordered once: not by two at a time, and not again once it was bought, as people still have one that was given back.
CREATE UNIQUE INDEX number_purchases_once ON number_purchases (phone_e164) WHERE state IN ('RESERVED', 'UNKNOWN', 'BOUGHT');

CREATE INDEX number_purchases_by_time ON number_purchases (provider, reserved_at);
