-- min-code: 1
-- The language model: how its readings went, over all processes. Additions only: older code runs on beside newer.

-- Language model ----------------------------------------------------------------------------------------------------------------

-- One row for each reader that asks a model. A success sets it back to none.
CREATE TABLE reader_failures (
    reader     text PRIMARY KEY,
    failures   integer NOT NULL DEFAULT 0 CHECK (failures >= 0), -- in a row
    recent     timestamptz[] NOT NULL DEFAULT '{}', -- when the last of them were, at most five
    last_why   text, -- timeout, rate_limit, auth …
    last_error text,
    changed_at timestamptz NOT NULL
);
