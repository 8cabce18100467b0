"""What was tried for each message: a row before the request is written, its end when the answer is in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.errors import Exchange

__all__ = ["attempts_of", "begin", "end"]

Q = load_queries("frontdesk.outbox", "attempts.sql")


def begin(tx: Tx, outbound_id: int, number: int, now: datetime) -> None:
    """Note that attempt `number` (from 1) begins; goes out with the next statement or the commit."""
    tx.put(Q.begin_attempt, {"outbound_id": outbound_id, "number": number, "now": now})


def end(
    tx: Tx,
    outbound_id: int,
    number: int,
    *,
    outcome: str,
    error: str | None,
    error_code: str | None,
    exchange: Exchange | None,
    now: datetime,
) -> None:
    """Note how it ended, with what was asked and answered, redacted; goes out like `begin`."""
    row = {"outbound_id": outbound_id, "number": number, "outcome": outcome, "error": error, "error_code": error_code}
    said = {
        "request": orjson.dumps(exchange.request).decode() if exchange else None,
        "response": orjson.dumps(exchange.response).decode() if exchange and exchange.response is not None else None,
    }
    tx.put(Q.end_attempt, {**row, **said, "now": now})


async def attempts_of(tx: Tx, outbound_id: int) -> Sequence[Any]:
    """All attempts of one message, in order."""
    return await tx.all(Q.attempts_of, {"outbound_id": outbound_id})
