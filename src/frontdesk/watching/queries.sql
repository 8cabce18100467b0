-- Where what stands in onboarding_states differs from the stay that was last noted: nothing, on a desk where nobody moved. A
-- client is done by the state COMPLETE or by completed_at, whichever a person set.
-- name: changes
SELECT s.client_id, s.current_state AS state, s.entered_at, false AS done, NULL::timestamptz AS completed_at,
       t.state AS noted_state, t.entered_at AS noted_at
FROM onboarding_states AS s
LEFT JOIN onboarding_stays AS t ON t.client_id = s.client_id AND t.left_at IS NULL
WHERE s.completed_at IS NULL AND s.current_state <> 'COMPLETE'
  AND (t.client_id IS NULL OR t.state <> s.current_state OR s.entered_at IS DISTINCT FROM t.entered_at)
UNION ALL
SELECT t.client_id, s.current_state, s.entered_at, true, s.completed_at, t.state, t.entered_at
FROM onboarding_stays AS t
LEFT JOIN onboarding_states AS s ON s.client_id = t.client_id
WHERE t.left_at IS NULL AND (s.client_id IS NULL OR s.current_state = 'COMPLETE' OR s.completed_at IS NOT NULL);

-- The stay that is open, and only as it was read: another monitor may have closed it.
-- name: end_stays
UPDATE onboarding_stays AS t SET left_at = e.left_at
FROM unnest(%(client_ids)s::bigint[], %(states)s::text[], %(left_at)s::timestamptz[]) AS e (client_id, state, left_at)
WHERE t.client_id = e.client_id AND t.state = e.state AND t.left_at IS NULL AND t.entered_at <= e.left_at;

-- A person set another time of entering: it is theirs to know.
-- name: correct_stays
UPDATE onboarding_stays AS t SET entered_at = e.entered_at
FROM unnest(%(client_ids)s::bigint[], %(states)s::text[], %(entered_at)s::timestamptz[]) AS e (client_id, state, entered_at)
WHERE t.client_id = e.client_id AND t.state = e.state AND t.left_at IS NULL;

-- The clock of a state that a person wrote by hand begins now. The trap: whoever moved the client on meanwhile has set
-- entered_at themselves, so the row must be as it was read.
-- name: begin_anew
UPDATE onboarding_states AS s SET entered_at = %(now)s, stuck_detected_at = NULL
FROM unnest(%(client_ids)s::bigint[], %(states)s::text[], %(entered_at)s::timestamptz[]) AS e (client_id, state, entered_at)
WHERE s.client_id = e.client_id AND s.current_state = e.state AND s.entered_at IS NOT DISTINCT FROM e.entered_at;

-- Two monitors at once note one stay between them.
-- name: begin_stays
INSERT INTO onboarding_stays (client_id, state, entered_at)
SELECT e.client_id, e.state, e.entered_at
FROM unnest(%(client_ids)s::bigint[], %(states)s::text[], %(entered_at)s::timestamptz[]) AS e (client_id, state, entered_at)
ON CONFLICT (client_id) WHERE left_at IS NULL DO NOTHING;

-- The newest stays of each state, those that last included: an index range of each.
-- name: newest_stays
SELECT k.state, t.entered_at, t.left_at
FROM unnest(%(states)s::text[]) AS k (state)
CROSS JOIN LATERAL (
    SELECT entered_at, left_at FROM onboarding_stays
    WHERE state = k.state ORDER BY entered_at DESC LIMIT %(newest)s
) AS t;

-- The stays that began lately, with what the client's clock is.
-- name: stays_since
SELECT t.state, t.entered_at, t.left_at, c.timezone, c.settings ->> 'hours' AS hours
FROM onboarding_stays AS t JOIN clients AS c ON c.id = t.client_id
WHERE t.state = ANY(%(states)s::text[]) AND t.entered_at >= %(since)s;

-- name: note_run
INSERT INTO monitor_runs (name, finished_at, clean, took_ms, found)
VALUES (%(name)s, %(finished_at)s, %(clean)s, %(took_ms)s, %(found)s::jsonb)
ON CONFLICT (name) DO UPDATE
SET finished_at = excluded.finished_at, clean = excluded.clean, took_ms = excluded.took_ms, found = excluded.found;
