-- Where a client stands, made at S0_WELCOME if it is new. A client that has its number already needs no onboarding.
-- name: ensure
INSERT INTO onboarding_states (client_id, current_state, entered_at, completed_at, recorded_state, recorded_completed_at,
                               recorded_paid, asked_at)
VALUES (%(client_id)s, %(state)s, %(now)s, %(completed_at)s, %(state)s, %(completed_at)s, %(paid)s, %(now)s)
ON CONFLICT (client_id) DO NOTHING;

-- The row lock comes after that of the client's row, in every step.
-- name: lock
SELECT client_id, current_state, entered_at, completed_at, recorded_state, recorded_completed_at, recorded_paid,
       returns_to, ready_at, asked_at, reminders, turns
FROM onboarding_states WHERE client_id = %(client_id)s FOR UPDATE;

-- What stands is what was recorded from here on. A new state is not stuck yet.
-- name: save
UPDATE onboarding_states
SET current_state = %(current_state)s, entered_at = %(entered_at)s, completed_at = %(completed_at)s,
    stuck_detected_at = CASE WHEN entered_at IS DISTINCT FROM %(entered_at)s THEN NULL ELSE stuck_detected_at END,
    recorded_state = %(current_state)s, recorded_completed_at = %(completed_at)s, recorded_paid = %(recorded_paid)s,
    returns_to = %(returns_to)s, ready_at = %(ready_at)s, asked_at = %(asked_at)s, reminders = %(reminders)s,
    turns = %(turns)s
WHERE client_id = %(client_id)s;

-- The same text again, by another webhook or a replay, adds no row.
-- name: add_text
INSERT INTO onboarding_texts (request_id, client_id, state, body, event_id, received_at)
VALUES (%(request_id)s, %(client_id)s, %(state)s, %(body)s, %(event_id)s, %(received_at)s)
ON CONFLICT (request_id) DO NOTHING;

-- Whose state, completion or payment is not what the desk last recorded: a person wrote it, or the row is new.
-- name: changed
SELECT s.client_id FROM onboarding_states AS s JOIN clients AS c ON c.id = s.client_id
WHERE s.recorded_state IS DISTINCT FROM s.current_state OR s.recorded_completed_at IS DISTINCT FROM s.completed_at
   OR s.recorded_paid IS DISTINCT FROM c.payment_active
ORDER BY s.client_id LIMIT %(limit)s;

-- Who waits for a number, the longest first.
-- name: waiting
SELECT client_id FROM onboarding_states
WHERE current_state = 'S6_ASSIGN_NUMBER' AND completed_at IS NULL
ORDER BY entered_at NULLS FIRST, client_id LIMIT %(limit)s;

-- Owners at their turn who said nothing since the times, one for each reminder so far. The limit is of a pass.
-- name: silent
SELECT client_id, reminders FROM onboarding_states
WHERE completed_at IS NULL AND current_state = ANY(%(states)s::text[])
  AND reminders < cardinality(%(asked_before)s::timestamptz[]) AND asked_at <= (%(asked_before)s::timestamptz[])[reminders + 1]
ORDER BY asked_at, client_id LIMIT %(limit)s;

-- name: count_waiting
SELECT count(*) AS waiting, min(entered_at) AS since FROM onboarding_states
WHERE current_state = 'S6_ASSIGN_NUMBER' AND completed_at IS NULL;

-- name: state_of
SELECT current_state FROM onboarding_states WHERE client_id = %(client_id)s;
