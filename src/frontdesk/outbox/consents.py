"""The consent ledger: append-only, the newest word that reaches far enough holds."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import orjson

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = ["ConsentKind", "ConsentScope", "consents_of", "record_consent"]

Q = load_queries("frontdesk.outbox", "consents.sql")

ConsentKind = Literal["opt_out", "opt_in"]
ConsentScope = Literal["number", "client", "all"]
"""How far a consent reaches: towards our number alone, towards all of the client's, towards everybody served here."""


async def record_consent(
    tx: Tx,
    *,
    address: str,
    our_address: str,
    client_id: int | None,
    kind: str,
    source: str,
    evidence: Mapping[str, Any],
    now: datetime,
    scope: ConsentScope | None = None,
) -> None:
    """Append to the consent ledger; its scope is the client where there is one, else our number."""
    reach = scope or ("client" if client_id is not None else "number")
    row = {"address": address, "our_address": our_address, "client_id": client_id, "kind": kind, "source": source}
    await tx.run(
        Q.record_consent, {**row, "scope": reach, "evidence": orjson.dumps(dict(evidence)).decode(), "now": now}
    )


async def consents_of(tx: Tx, address: str, limit: int = 50) -> Sequence[Any]:
    """What one address said, newest first."""
    return await tx.all(Q.consents_of, {"address": address, "limit": limit})
