-- Find a call or make it; the no-op update returns and locks its row, so that news of one call are added one by one.
-- name: open_call
INSERT INTO voice_calls AS v (provider, provider_call_id, client_id, our_number, caller, created_at)
VALUES (%(provider)s, %(provider_call_id)s, %(client_id)s, %(our_number)s, %(caller)s, %(now)s)
ON CONFLICT (provider, provider_call_id) DO UPDATE SET provider = excluded.provider
RETURNING client_id, lead_id, our_number, caller, direction, status, status_at, ended_reason, outcome, started_at, ended_at,
          summary, transcript, recording_url, success, reported_at;

-- name: save_call
UPDATE voice_calls
SET client_id = %(client_id)s, lead_id = %(lead_id)s, our_number = %(our_number)s, caller = %(caller)s, direction = %(direction)s,
    status = %(status)s, status_at = %(status_at)s, ended_reason = %(ended_reason)s, outcome = %(outcome)s,
    started_at = %(started_at)s, ended_at = %(ended_at)s, summary = %(summary)s, transcript = %(transcript)s,
    recording_url = %(recording_url)s, success = %(success)s, reported_at = %(reported_at)s
WHERE provider = %(provider)s AND provider_call_id = %(provider_call_id)s;
