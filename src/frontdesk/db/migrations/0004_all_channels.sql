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

-- One row per call, whatever its legs; of Dialpad's calls dialpad_call_id is provider_call_id. outcome: how it went, as far as
-- is known. heard_at: when the newest event that was applied happened. joined_to: found later to be a leg of another row's
-- call, which tells the rest. text_back: whether a missed call was answered by text, or why not.
ALTER TABLE calls
    ADD COLUMN provider         text NOT NULL DEFAULT 'dialpad' CHECK (provider <> ''),
    ADD COLUMN provider_call_id text CHECK (provider_call_id <> ''),
    ADD COLUMN our_address      text,
    ADD COLUMN other_address    text, -- null: withheld
    ADD COLUMN outcome          text CHECK (outcome IN ('answered', 'missed', 'abandoned', 'voicemail', 'rejected', 'failed')),
    ADD COLUMN talk_seconds     integer CHECK (talk_seconds >= 0),
    ADD COLUMN heard_at         timestamptz,
    ADD COLUMN joined_to        bigint REFERENCES calls (id) CHECK (joined_to <> id),
    ADD COLUMN text_back        text,
    ADD COLUMN text_back_id     bigint REFERENCES outbound_message_log (id),
    ADD COLUMN created_at       timestamptz;

-- "One row per call": a provider's id stands once for ever.
CREATE UNIQUE INDEX calls_by_provider_id ON calls (provider, provider_call_id);

-- Rows written by hand may have no time.
CREATE INDEX calls_by_time ON calls (coalesce(started_at, created_at, timestamptz '1970-01-01 00:00+00') DESC, id DESC)
    WHERE joined_to IS NULL;

CREATE INDEX calls_by_lead ON calls (lead_id) WHERE lead_id IS NOT NULL;

-- The legs of calls: what each was heard to say. status null: only named by another leg so far.
CREATE TABLE call_legs (
    provider         text NOT NULL,
    provider_call_id text NOT NULL,
    call_id          bigint REFERENCES calls (id),
    status           text CHECK (status IN ('ringing', 'active', 'ended', 'missed', 'rejected', 'voicemail')),
    outcome          text CHECK (outcome IN ('answered', 'missed', 'abandoned', 'voicemail', 'rejected', 'failed')),
    rang             boolean NOT NULL DEFAULT false,
    talked           boolean NOT NULL DEFAULT false,
    heard_at         timestamptz,
    PRIMARY KEY (provider, provider_call_id)
);

CREATE INDEX call_legs_by_call ON call_legs (call_id);

-- The carrier said that no text reaches this number, and in which words. Lifted by a text from it, or by a person.
ALTER TABLE leads
    ADD COLUMN not_textable_at  timestamptz,
    ADD COLUMN not_textable_why text;

-- Bookings --------------------------------------------------------------------------------------------------------------------

-- Payments and forms ----------------------------------------------------------------------------------------------------------
