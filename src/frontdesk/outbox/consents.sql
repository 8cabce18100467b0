-- name: record_consent
INSERT INTO consents (address, our_address, client_id, scope, kind, source, evidence, created_at)
VALUES (%(address)s, %(our_address)s, %(client_id)s, %(scope)s, %(kind)s, %(source)s, %(evidence)s::jsonb, %(now)s);

-- Everything that one address said, newest first.
-- name: consents_of
SELECT id, address, our_address, client_id, scope, kind, source, evidence, created_at
FROM consents WHERE address = %(address)s
ORDER BY created_at DESC, id DESC
LIMIT %(limit)s;
