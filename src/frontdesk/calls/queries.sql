-- The legs that an event names, its own among them, made where they are new; all are locked for the transaction, in order of
-- their ids, so that two events that name the same leg join their calls one after the other.
-- name: lock_legs
INSERT INTO call_legs AS l (provider, provider_call_id)
SELECT %(provider)s, u.id FROM unnest(%(ids)s::text[]) AS u (id) ORDER BY u.id
ON CONFLICT (provider, provider_call_id) DO UPDATE SET provider = excluded.provider
RETURNING provider_call_id, call_id;

-- A row that was written before its first leg was heard of, by hand perhaps. Dialpad's id is a public column of its own.
-- name: find_call
SELECT id FROM calls
WHERE (provider = %(provider)s AND provider_call_id = ANY(%(ids)s::text[]))
   OR (%(provider)s = 'dialpad' AND dialpad_call_id = ANY(%(ids)s::text[]))
ORDER BY id FETCH FIRST ROW ONLY;

-- name: add_call
INSERT INTO calls (provider, provider_call_id, dialpad_call_id, client_id, created_at)
VALUES (%(provider)s, %(provider_call_id)s, CASE WHEN %(provider)s = 'dialpad' THEN %(provider_call_id)s END,
        %(client_id)s, %(now)s)
RETURNING id;

-- In order of id. joined_to leads on where another event joined this call to another meanwhile.
-- name: lock_calls
SELECT id, provider, coalesce(provider_call_id, dialpad_call_id) AS provider_call_id, client_id, lead_id, direction, status,
       outcome, our_address, other_address, started_at, ended_at, heard_at, talk_seconds, raw_payload, text_back, joined_to,
       text_back_id
FROM calls WHERE id = ANY(%(ids)s::bigint[]) ORDER BY id FOR UPDATE;

-- name: join_legs
UPDATE call_legs SET call_id = %(call_id)s
WHERE (provider = %(provider)s AND provider_call_id = ANY(%(ids)s::text[])) OR call_id = ANY(%(others)s::bigint[]);

-- The calls that turned out to be legs of another one, and those that were joined to them before.
-- name: join_calls
UPDATE calls SET joined_to = %(call_id)s WHERE id = ANY(%(others)s::bigint[]) OR joined_to = ANY(%(others)s::bigint[]);

-- A leg that was only named so far has no state.
-- name: legs_of
SELECT provider_call_id, status, outcome, rang, talked, heard_at FROM call_legs
WHERE call_id = %(call_id)s AND status IS NOT NULL ORDER BY provider_call_id;

-- name: save_leg
UPDATE call_legs SET status = %(status)s, outcome = %(outcome)s, rang = %(rang)s, talked = %(talked)s, heard_at = %(heard_at)s
WHERE provider = %(provider)s AND provider_call_id = %(provider_call_id)s;

-- name: save_call
UPDATE calls
SET provider_call_id = %(provider_call_id)s, client_id = %(client_id)s, lead_id = %(lead_id)s, direction = %(direction)s,
    status = %(status)s, outcome = %(outcome)s, our_address = %(our_address)s, other_address = %(other_address)s,
    started_at = %(started_at)s, ended_at = %(ended_at)s, heard_at = %(heard_at)s, talk_seconds = %(talk_seconds)s,
    raw_payload = %(raw_payload)s::jsonb
WHERE id = %(id)s;

-- Once for each call: whether it was answered by text stays as it was decided first.
-- name: note_text_back
UPDATE calls SET text_back = %(text_back)s, text_back_id = %(text_back_id)s WHERE id = %(id)s AND text_back IS NULL;
