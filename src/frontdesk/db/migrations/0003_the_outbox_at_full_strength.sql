-- min-code: 1
-- The outbox grows: every attempt kept, kill switches, circuit breakers, a limiter that learns, consents with a scope, and
-- receipts that are missed. Additions only: older code runs on beside newer.

-- The ledger ------------------------------------------------------------------------------------------------------------------

-- due_at: when it was to go at the earliest (its age counts from there). counted_at, counted_before: when the lead's counter
-- took it and what last_sms_at was before, so that it can be given back where nothing was sent. receipt_check_at: when a
-- SENT row of which nothing was heard is looked up at the carrier; null: no more.
ALTER TABLE outbound_message_log
    ADD COLUMN due_at           timestamptz,
    ADD COLUMN slot_at          timestamptz,
    ADD COLUMN counted_at       timestamptz,
    ADD COLUMN counted_before   timestamptz,
    ADD COLUMN receipt_check_at timestamptz,
    ADD COLUMN receipt_checks   smallint NOT NULL DEFAULT 0;

ALTER TABLE outbound_message_log DROP CONSTRAINT outbound_message_log_send_class_check;

ALTER TABLE outbound_message_log ADD CONSTRAINT outbound_message_log_send_class_check
    CHECK (send_class IN ('reply', 'unprompted', 'bulk', 'manual', 'compliance', 'alert'));

CREATE INDEX outbound_receipt_missing ON outbound_message_log (receipt_check_at) WHERE status = 'SENT';

CREATE INDEX outbound_by_recipient ON outbound_message_log (to_address, created_at DESC, id DESC);

-- What was tried: a row stands before the request is written, so that one without an end tells of a process that died.
CREATE TABLE outbound_attempts (
    outbound_id bigint NOT NULL REFERENCES outbound_message_log (id) ON DELETE CASCADE,
    number      integer NOT NULL CHECK (number > 0),
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    outcome     text CHECK (outcome IN ('accepted', 'rejected', 'refused', 'throttled', 'unreachable', 'unknown')),
    error       text,
    error_code  text,
    request     jsonb,
    response    jsonb,
    PRIMARY KEY (outbound_id, number),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

-- Kill switches ----------------------------------------------------------------------------------------------------------------

-- A row is a switch that is on. name: empty for the global one, else the client's id, the number, the provider's name or
-- the lane's.
CREATE TABLE send_switches (
    scope  text NOT NULL CHECK (scope IN ('global', 'client', 'number', 'provider', 'lane')),
    name   text NOT NULL,
    mode   text NOT NULL CHECK (mode IN ('stop', 'dry_run')),
    reason text NOT NULL DEFAULT '',
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (scope, name),
    CHECK ((scope = 'global') = (name = ''))
);

-- Circuit breakers, one per provider account -----------------------------------------------------------------------------------

CREATE TABLE provider_circuits (
    account     text PRIMARY KEY,
    failures    integer NOT NULL DEFAULT 0, -- in a row
    opened      integer NOT NULL DEFAULT 0, -- in a row
    open_until  timestamptz, -- business time; null: closed
    probe_until timestamptz, -- lease time: one message tries meanwhile
    last_error  text,
    changed_at  timestamptz NOT NULL
);

-- The limiter: a throughput of a number's own, its slots of the last minute, and what a 429 taught -----------------------------

-- busy_until: when what really went leaves room for the next. held_until, held_for: room is kept for a long text until then,
-- against all of its priority and below.
ALTER TABLE sender_numbers
    ADD COLUMN busy_until   timestamptz,
    ADD COLUMN held_until   timestamptz,
    ADD COLUMN held_for     smallint,
    ADD COLUMN per_second   double precision CHECK (per_second > 0), -- null: the settings'
    ADD COLUMN per_minute   double precision CHECK (per_minute > 0),
    ADD COLUMN recent       timestamptz[] NOT NULL DEFAULT '{}',
    ADD COLUMN slow_factor  double precision NOT NULL DEFAULT 1 CHECK (slow_factor >= 1),
    ADD COLUMN throttled_at timestamptz,
    ADD COLUMN throttled    bigint NOT NULL DEFAULT 0;

-- Consents: how far each reaches -------------------------------------------------------------------------------------------------

-- number: towards our_address alone; client: towards all numbers of client_id; all: towards everybody served here.
ALTER TABLE consents ADD COLUMN scope text NOT NULL DEFAULT 'number' CHECK (scope IN ('number', 'client', 'all'));

CREATE INDEX consents_newest ON consents (address, created_at DESC, id DESC);
