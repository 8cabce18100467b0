"""An act of a person: done and recorded in one transaction, and done once for each key that the caller gives it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog

from frontdesk.audit import store as audit
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import KeyUsed, NotPossible

__all__ = ["Act", "Asked", "carry_out"]

log = structlog.get_logger(__name__)

Act = Callable[[Tx], Awaitable[Mapping[str, Any] | None]]
"""Does it, and returns what came of it, by names that `Asked.details` has not; None when there was nothing to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for: who, what, to what, and in which way; `key` is the caller's own name for the request."""

    actor: str
    action: str
    subject: str
    key: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


class _Repeated(Exception):
    """Nothing is left to do, or the same request was faster: undo this one."""


async def carry_out(
    db: Database, bucket: Bucket, clock: BusinessClock, asked: Asked, act: Act
) -> Mapping[str, Any] | None:
    """Do it and record it; returns the record's details, or None when there was nothing to do: that is not recorded.

    A repeated request (same actor, action and key) gets the details of the first and does nothing. Raises KeyUsed when
    the key came with another request, and whatever `act` raises.
    """
    wanted = _as_json(asked.details)
    try:
        async with db.transaction(bucket) as tx:
            if (before := await _recorded(tx, asked, wanted)) is not None:
                return before
            result = await act(tx)
            if result is None:
                raise _Repeated
            details = _as_json({**wanted, **result, **({"key": asked.key} if asked.key is not None else {})})
            if not await audit.write(tx, at=clock.now(), **_who(asked), details=details):
                raise _Repeated
    except (_Repeated, NotPossible) as error:
        # There may be nothing left to do because the same request was faster: then its answer is the answer.
        async with db.transaction(bucket) as tx:
            recorded = await _recorded(tx, asked, wanted)
        if recorded is None and isinstance(error, NotPossible):
            raise
        return recorded
    log.info("done_by_a_person", **_who(asked), details=details)
    return details


def _who(asked: Asked) -> dict[str, str]:
    return {"actor": asked.actor, "action": asked.action, "subject": asked.subject}


async def _recorded(tx: Tx, asked: Asked, wanted: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if asked.key is None:
        return None
    row = await audit.recorded(tx, actor=asked.actor, action=asked.action, key=asked.key)
    if row is None:
        return None
    details: Mapping[str, Any] = row.details
    if row.subject != asked.subject or {name: details.get(name) for name in wanted} != wanted:
        raise KeyUsed(
            f"The Idempotency-Key {asked.key} came with another request at {row.at:%Y-%m-%d %H:%M:%S} UTC: "
            "use a new key for each new request."
        )
    return details


def _as_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """As it comes back from the database: times as text, tuples as lists."""
    loaded: dict[str, Any] = orjson.loads(orjson.dumps(dict(value)))
    return loaded
