"""simulate_retry: the last webhook of a conversation comes in again, through the real path, and what changed is told.

Nothing is bent for it: the stored body is parsed, received and, where its request id was forgotten meanwhile, handled
like any other redelivery. That is how an operator sees that a provider's retry texts nobody twice.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.db.queries import load_queries
from frontdesk.errors import NotPossible, NotThere
from frontdesk.inbox.model import Arrival
from frontdesk.provider import HttpRequest
from frontdesk.registry import Registry
from frontdesk.steps.audited import Asked, carry_out
from frontdesk.steps.receive import Receiver

__all__ = ["Retried", "simulate_retry"]

Q = load_queries("frontdesk.steps", "simulate_retry.sql")

_PATIENCE = 10.0  # seconds for a worker to handle what was not known any more


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation stands: what a retry must leave as it is."""

    sends: int
    questions_asked_count: int
    last_question_key: str | None
    state_version: int


@dataclass(frozen=True, slots=True)
class Retried:
    """What came of it. `duplicates_blocked` counts the items of the webhook that changed nothing, of `items` in all.

    `handled` is false where no worker took up in time what was received anew.
    """

    conversation_id: int
    webhook_type: str
    request_id: str
    items: int
    duplicates_blocked: int
    before: Standing
    after: Standing
    handled: bool

    @property
    def changed_nothing(self) -> bool:
        """True when the conversation stands as before."""
        return self.before == self.after


async def simulate_retry(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    registry: Registry,
    receiver: Receiver,
    conversation_id: int,
    *,
    actor: str,
) -> Retried:
    """Deliver the last inbound webhook of a conversation again; recorded as an act of `actor`.

    Raises NotThere where there is no such conversation, NotPossible where its webhook is not kept any more or no
    provider of this desk can read it, Overloaded while the database is away.
    """
    before = await _standing(db, bucket, conversation_id)
    async with db.transaction(bucket) as tx:
        row = await tx.one(Q.last_webhook, {"conversation_id": conversation_id})
    if row is None:
        raise NotPossible(
            f"The last webhook of conversation {conversation_id} is not kept any more, or none brought it: "
            "text the desk once more, then try again."
        )
    begun = clock.now()
    arrivals = _arrivals(registry, row)
    kept = [await receiver.receive(arrival) for arrival in arrivals]
    anew = [one.request_id for one in kept if one.first]
    handled = await _handled(db, bucket, anew, begun)
    after = await _standing(db, bucket, conversation_id)
    blocked = len(kept) - (len(anew) if before != after else 0)
    done = Retried(conversation_id, row.webhook_type, row.request_id, len(kept), blocked, before, after, handled)
    asked = Asked(actor, "conversations.simulate_retry", f"conversation {conversation_id}")
    await carry_out(db, bucket, clock, asked, lambda tx: _told(done))
    return done


async def _told(done: Retried) -> dict[str, Any]:
    return {"request_id": done.request_id, "blocked": done.duplicates_blocked, "changed_nothing": done.changed_nothing}


def _arrivals(registry: Registry, row: Any) -> list[Arrival]:
    """The items of the stored webhook, as they would come in. Raises NotPossible."""
    found = registry.profiles().get(row.webhook_type)
    if found is None:
        raise NotPossible(
            f"No provider of this desk takes webhooks of type {row.webhook_type}: set it up, then try again."
        )
    provider, profile = found
    request = HttpRequest("POST", profile.path, row.headers, bytes(row.body))
    return [
        Arrival(item, request.body, row.headers, token_hex(16), profile.dedupe_for)
        for item in provider.parse(row.webhook_type, request)
    ]


async def _standing(db: Database, bucket: Bucket, conversation_id: int) -> Standing:
    async with db.transaction(bucket) as tx:
        row = await tx.one(Q.standing, {"conversation_id": conversation_id})
    if row is None:
        raise NotThere(f"There is no conversation {conversation_id}.")
    return Standing(row.sends, row.questions_asked_count, row.last_question_key, row.state_version)


async def _handled(db: Database, bucket: Bucket, request_ids: list[str], since: datetime) -> bool:
    """Wait until a worker has handled what was received anew; false where none did in time."""
    until = time.monotonic() + _PATIENCE
    for request_id in request_ids:
        while True:
            async with db.transaction(bucket) as tx:
                waiting = await tx.one(Q.waiting, {"request_id": request_id, "since": since})
            if not waiting.events:
                break
            if time.monotonic() > until:
                return False
            await asyncio.sleep(0.1)
    return True
