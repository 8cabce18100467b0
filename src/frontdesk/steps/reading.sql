-- name: ensure_reader
INSERT INTO reader_failures (reader, changed_at) VALUES (%(reader)s, %(now)s) ON CONFLICT (reader) DO NOTHING;

-- Locked, so that two processes that fail at once count two.
-- name: lock_reader
SELECT failures, recent FROM reader_failures WHERE reader = %(reader)s FOR UPDATE;

-- name: save_failures
UPDATE reader_failures
SET failures = %(failures)s, recent = %(recent)s, last_why = %(why)s, last_error = %(error)s, changed_at = %(now)s
WHERE reader = %(reader)s;

-- Touches no row while all is well, which is nearly always.
-- name: clear_failures
UPDATE reader_failures SET failures = 0, recent = '{}', changed_at = %(now)s WHERE reader = %(reader)s AND failures > 0;
