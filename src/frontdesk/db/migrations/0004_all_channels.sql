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

-- When the lead wrote it, where the provider tells: its webhook may be days late, and WhatsApp's 24 hours count from here.
ALTER TABLE messages ADD COLUMN said_at timestamptz;

-- Through which provider the lead wrote last; a person's answer takes the same way. Null: none yet, or an older version's.
ALTER TABLE conversations ADD COLUMN provider text;

-- The approved template that went, or may have gone, in place of the body. Null: the body went.
ALTER TABLE outbound_message_log ADD COLUMN template text CHECK (template <> '');

-- Calls -----------------------------------------------------------------------------------------------------------------------

-- Bookings --------------------------------------------------------------------------------------------------------------------

-- Payments and forms ----------------------------------------------------------------------------------------------------------
