-- min-code: 1
-- All channels. Additions only: older code runs on beside newer.

-- Lanes and numbers -----------------------------------------------------------------------------------------------------------

ALTER TABLE inbox_lanes DROP CONSTRAINT inbox_lanes_lane_class_check;

ALTER TABLE inbox_lanes ADD CONSTRAINT inbox_lanes_lane_class_check
    CHECK (lane_class IN ('message', 'receipt', 'call', 'payment'));

-- Numbers on which a client is reached beside the one that it is served on: lines of a telephone system, WhatsApp, a voice
-- agent. A row written by hand needs the first two only.
CREATE TABLE client_numbers (
    phone_e164 text PRIMARY KEY CHECK (phone_e164 ~ '^\+[1-9][0-9]{6,14}$'),
    client_id  bigint NOT NULL REFERENCES clients (id),
    created_at timestamptz
);

CREATE INDEX client_numbers_by_client ON client_numbers (client_id);

-- WhatsApp --------------------------------------------------------------------------------------------------------------------

-- Calls -----------------------------------------------------------------------------------------------------------------------

-- Bookings --------------------------------------------------------------------------------------------------------------------

-- Payments and forms ----------------------------------------------------------------------------------------------------------

-- One row per subscription, else per single payment, of whoever it is. client_id is null until some event, or a person, says
-- whose; client_named says that the payment itself named it, rather than its customer's other subscriptions. last_event_at is
-- the provider's time of the event that made the state. amount is what was paid last, at paid_at, in the currency's smallest
-- unit.
CREATE TABLE client_payments (
    payment_ref     text PRIMARY KEY CHECK (payment_ref <> ''),
    provider        text NOT NULL DEFAULT 'stripe',
    client_id       bigint REFERENCES clients (id),
    client_named    boolean NOT NULL DEFAULT false,
    customer_id     text,
    subscription_id text,
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'failed', 'past_due', 'unpaid', 'active', 'refunded', 'ended')),
    last_event_at   timestamptz,
    last_event_type text,
    amount          bigint,
    currency        text,
    paid_at         timestamptz,
    created_at      timestamptz
);

CREATE INDEX client_payments_by_client ON client_payments (client_id);

CREATE INDEX client_payments_by_customer ON client_payments (customer_id) WHERE customer_id IS NOT NULL;

-- What the desk last made of a client's payments, and as of which event: when clients.payment_active says something else, a
-- person turned it, and their word holds until an event that is newer.
CREATE TABLE client_standings (
    client_id bigint PRIMARY KEY REFERENCES clients (id),
    active    boolean NOT NULL,
    as_of     timestamptz NOT NULL
);

-- Leads of forms may have an e-mail address alone. Not unique: two people who share one are two leads, each by their number.
CREATE INDEX leads_by_email ON leads (client_id, lower(email)) WHERE email IS NOT NULL;
