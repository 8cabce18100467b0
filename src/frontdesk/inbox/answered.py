"""Questions that are answered in the response: the request id, the stored answer, the archived event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.inbox.model import Arrival
from frontdesk.inbox.rules import jsonb_text, storable

__all__ = ["Begun", "archive", "begin", "finish"]

Q = load_queries("frontdesk.inbox", "answered.sql")


@dataclass(frozen=True, slots=True)
class Begun:
    """`first`: nobody answered this before. Else `response` is what was answered then, if it was stored."""

    first: bool
    response: Mapping[str, Any] | None


async def begin(tx: Tx, arrival: Arrival, parameters: Mapping[str, Any], now: datetime) -> Begun:
    """Take the request id, or wait for who has it and read the answer; its row is locked for the transaction."""
    item = arrival.item
    row = await tx.one(
        Q.begin,
        {
            "request_id": item.request_id,
            "webhook_type": item.webhook_type,
            "function_name": item.function_name,
            "parameters": jsonb_text({"lane": item.lane, **parameters}),
            "now": now,
            "expires_at": now + arrival.dedupe_for,
        },
    )
    return Begun(row.first, row.response if isinstance(row.response, dict) else None)


async def finish(tx: Tx, request_id: str, response: Mapping[str, Any]) -> None:
    """Store the answer; call after `begin`, in its transaction."""
    await tx.run(Q.finish, {"request_id": request_id, "response": jsonb_text(response)})


def archive(tx: Tx, arrival: Arrival, client_id: int | None, error: str | None, now: datetime) -> None:
    """Put the event into the archive, as done; `error` is why the answer is only an excuse."""
    item = arrival.item
    tx.put(
        Q.archive,
        {
            "webhook_type": item.webhook_type,
            "request_id": item.request_id,
            "lane": item.lane,
            "client_id": client_id,
            "correlation_id": arrival.correlation_id,
            "body": arrival.body,
            "payload": jsonb_text(item.payload),
            "headers": jsonb_text(arrival.headers),
            "received_at": now,
            "error": storable(error) if error is not None else None,
        },
    )
