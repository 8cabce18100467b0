-- name: not_closed
SELECT account, failures, opened, open_until, probe_until FROM provider_circuits WHERE open_until IS NOT NULL;

-- A half-open circuit lets one message try: whoever gets this lock may claim it.
-- name: lock_for_probe
SELECT account FROM provider_circuits
WHERE account = %(account)s AND (probe_until IS NULL OR probe_until <= %(lease_now)s)
FOR UPDATE SKIP LOCKED;

-- name: begin_probe
UPDATE provider_circuits SET probe_until = %(probe_until)s WHERE account = %(account)s;

-- The message that was to try does not go after all: another may.
-- name: end_probe
UPDATE provider_circuits SET probe_until = NULL WHERE account = %(account)s AND probe_until IS NOT NULL;

-- Touches no row while all is well, which is nearly always.
-- name: alive
UPDATE provider_circuits SET failures = 0, opened = 0, open_until = NULL, probe_until = NULL, changed_at = %(now)s
WHERE account = %(account)s AND failures > 0
RETURNING account;

-- name: ensure_circuit
INSERT INTO provider_circuits (account, changed_at) VALUES (%(account)s, %(now)s) ON CONFLICT (account) DO NOTHING;

-- name: lock_circuit
SELECT failures, opened, open_until FROM provider_circuits WHERE account = %(account)s FOR UPDATE;

-- name: save_circuit
UPDATE provider_circuits
SET failures = %(failures)s, opened = %(opened)s, open_until = %(open_until)s, probe_until = NULL,
    last_error = %(last_error)s, changed_at = %(now)s
WHERE account = %(account)s;

-- name: list_circuits
SELECT account, failures, opened, open_until, probe_until, last_error, changed_at FROM provider_circuits ORDER BY account;
