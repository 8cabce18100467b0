-- min-code: 1
-- Onboarding by text, and the pool of numbers. Additions only: older code runs on beside newer.

-- Onboarding --------------------------------------------------------------------------------------------------------------------

-- The recorded_ columns hold what the desk last wrote: where they differ from what stands, a person wrote it since, and the
-- desk takes it up from there. Null: the row was written by hand.
ALTER TABLE onboarding_states
    ADD COLUMN recorded_state        text CHECK (recorded_state IN (
        'S0_WELCOME', 'S1_BUSINESS_NAME', 'S2_SERVICE_TYPE', 'S3_SERVICE_AREA', 'S4_HOURS', 'S5_CONFIRM_LIVE',
        'S6_ASSIGN_NUMBER', 'S7_FORWARDING', 'S8_GREETING', 'S9_TEST_CALL', 'COMPLETE')),
    ADD COLUMN recorded_completed_at timestamptz,
    ADD COLUMN recorded_paid         boolean,
    ADD COLUMN returns_to            text CHECK (returns_to IN (
        'S0_WELCOME', 'S1_BUSINESS_NAME', 'S2_SERVICE_TYPE', 'S3_SERVICE_AREA', 'S4_HOURS', 'S5_CONFIRM_LIVE',
        'S6_ASSIGN_NUMBER', 'S7_FORWARDING', 'S8_GREETING', 'S9_TEST_CALL', 'COMPLETE')),
    ADD COLUMN ready_at              timestamptz, -- the owner wants to go live; the payment may come later
    ADD COLUMN asked_at              timestamptz, -- since when it is the owner's turn: the last word between us
    ADD COLUMN reminders             integer NOT NULL DEFAULT 0 CHECK (reminders >= 0), -- since then
    ADD COLUMN turns                 bigint NOT NULL DEFAULT 0; -- what the desk said unasked; ledger keys derive from it

-- Who is there already is not texted because of the upgrade.
UPDATE onboarding_states AS s
SET recorded_state = s.current_state, recorded_completed_at = s.completed_at, recorded_paid = c.payment_active
FROM clients AS c WHERE c.id = s.client_id;

CREATE INDEX onboarding_states_for_a_number ON onboarding_states (entered_at, client_id)
    WHERE current_state = 'S6_ASSIGN_NUMBER' AND completed_at IS NULL;

-- Each text of an owner once, whatever is replayed. For audit: what was said in which state.
CREATE TABLE onboarding_texts (
    request_id  text PRIMARY KEY,
    client_id   bigint NOT NULL REFERENCES clients (id),
    state       text NOT NULL,
    body        text NOT NULL,
    event_id    bigint NOT NULL, -- no foreign key to the archive
    received_at timestamptz NOT NULL
);

CREATE INDEX onboarding_texts_by_client ON onboarding_texts (client_id, received_at);

-- The pool of numbers -----------------------------------------------------------------------------------------------------------

-- quarantined_until: null for one that was put there by hand; the desk sets it. trouble: what the provider says otherwise of it.
ALTER TABLE twilio_number_pool
    ADD COLUMN released_at       timestamptz,
    ADD COLUMN released_from     bigint REFERENCES clients (id),
    ADD COLUMN quarantined_until timestamptz,
    ADD COLUMN checked_at        timestamptz,
    ADD COLUMN trouble           text CHECK (trouble <> '');

CREATE INDEX twilio_number_pool_free ON twilio_number_pool (phone_e164) WHERE status = 'AVAILABLE';
