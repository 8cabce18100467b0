"""catch_up: what came in at a provider and was brought by no webhook is found in its list and passed through `receive`.

A provider posts a webhook again for seconds (Twilio) or days; an outage that lasts longer loses it there, not here. How
far each list was passed on stands in `inbound_listings`, and moves only when all up to there was passed: a pass that
breaks off is done again, and finds known what it passed before.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from frontdesk.clients import store as clients
from frontdesk.conversations import store as conversations
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import PUBLIC, Bucket, Database, Tx
from frontdesk.errors import Malformed, Overloaded, SendError
from frontdesk.inbox import listings
from frontdesk.inbox.model import Arrival
from frontdesk.provider import ListedInbound, Sender
from frontdesk.registry import Registry
from frontdesk.settings import Settings
from frontdesk.steps.receive import Receiver

__all__ = ["CATCH_UP_EVERY", "CatchingUp", "CaughtUp"]

log = structlog.get_logger(__name__)

CATCH_UP_EVERY = 300.0
"""Seconds between two passes of the scheduler; each is one call where nothing is missing."""

_FIRST = timedelta(hours=1)  # before the first pass ever: what came earlier was before this desk, or is for a person
_OVERLAP = timedelta(minutes=10)  # listed again each time: the provider's clock and its index may lag behind
_SETTLES = timedelta(minutes=2)  # what is younger may have its webhook under way; the next pass looks again
_SKEW = timedelta(minutes=1)  # between the provider's clock and the one by which a number was assigned


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """One pass over one provider's list: `listed` is the sum of the four counts behind it."""

    provider: str
    since: datetime
    until: datetime
    listed: int
    known: int
    """Brought by their webhooks, or by an earlier pass."""
    passed: int
    """Missing, and passed on to the workers now."""
    not_ours: int
    """To numbers on which no client is served, or none was when the message came."""
    refused: int
    """Not to be understood: they stay in the provider's list, and the log names them."""


class CatchingUp:
    """Holds the lists of a desk's providers against what it knows, and passes on what is missing, in order.

    By itself it looks back for `settings.catch_up_days`, and never for longer than webhooks are kept: ids that were
    forgotten are held against those.
    """

    def __init__(
        self,
        db: Database,
        bucket: Bucket,
        clock: BusinessClock,
        registry: Registry,
        receiver: Receiver,
        settings: Settings,
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._registry = registry
        self._receiver = receiver
        self._furthest = min(timedelta(days=settings.catch_up_days), settings.retention.webhook_events_for)
        self._clientless = {settings.onboarding_number} if bucket == PUBLIC else set()

    def providers(self) -> Iterator[Sender]:
        """Those that have a list to look at."""
        for provider in self._registry.senders.values():
            if any(profile.listed for profile in provider.profiles.values()):
                yield provider

    async def step(self) -> list[CaughtUp]:
        """One pass over every list, from where the last one ended; a list that cannot be read waits for the next."""
        done = []
        for provider in self.providers() if self._furthest else ():
            try:
                done.append(await self.catch_up(provider))
            except (SendError, Overloaded) as error:
                todo = (
                    "texts that no webhook brought are not found until this works; `frontdesk doctor` checks the set-up"
                )
                log.warning("not_caught_up", provider=provider.name, error=str(error), todo=todo)
        return done

    async def catch_up(self, provider: Sender, since: datetime | None = None) -> CaughtUp:
        """Pass on all that came in since then and is not known; by default from where the last pass ended.

        Only the latter moves the mark. Raises Unreachable, Throttled, Rejected, AccountRefused or Overloaded; what was
        passed before the error stays passed.
        """
        now = self._clock.now()
        begin = since or await self._begin(provider, now)
        until = now - _SETTLES
        listed = await provider.list_inbound(received_after=begin)
        due = {message.request_id: message for message in listed if message.came_in_at < until}
        async with self._db.transaction(self._bucket) as tx:
            ours = await self._ours(tx, list(due.values()))
            known = await self._known(tx, provider, ours, now)
        missing = [message for message in ours if message.request_id not in known]
        outcomes = [await self._pass_on(provider, message) for message in missing]
        if since is None:
            async with self._db.transaction(self._bucket) as tx:
                await listings.move_listed_until(tx, provider.name, until)
        return _told(
            CaughtUp(
                provider=provider.name,
                since=begin,
                until=until,
                listed=len(due),
                known=len(ours) - len(missing) + outcomes.count("known"),
                passed=outcomes.count("passed"),
                not_ours=len(due) - len(ours),
                refused=outcomes.count("refused"),
            )
        )

    async def _begin(self, provider: Sender, now: datetime) -> datetime:
        async with self._db.transaction(self._bucket) as tx:
            listed_until = await listings.listed_until(tx, provider.name)
        if listed_until is None:
            return now - _FIRST
        furthest = now - self._furthest
        if listed_until < furthest:
            todo = f"`frontdesk events catch-up --since {listed_until:%Y-%m-%dT%H:%M}` looks at the days before"
            log.warning("caught_up_in_part", provider=provider.name, since=furthest.isoformat(), todo=todo)
        return max(listed_until - _OVERLAP, furthest)

    async def _ours(self, tx: Tx, listed: Sequence[ListedInbound]) -> list[ListedInbound]:
        """Without what was for others: an account may have numbers of other systems, and numbers change hands."""
        assigned = await clients.assigned_at(tx, sorted({message.our_address for message in listed}))
        return [m for m in listed if m.our_address in self._clientless or _was_assigned(m, assigned)]

    async def _known(self, tx: Tx, provider: Sender, listed: Sequence[ListedInbound], now: datetime) -> Collection[str]:
        """The request ids of what came in before: by the ids, by the messages, and for old ones by the archive."""
        known = await listings.remembered(tx, [message.request_id for message in listed])
        rest = [message for message in listed if message.request_id not in known]
        stored = await conversations.inbound_known(tx, [m.provider_message_id for m in rest if m.provider_message_id])
        known |= {message.request_id for message in rest if message.provider_message_id in stored}
        # An id is forgotten some time after it was received. A younger one that is not there never came.
        old = [m for m in rest if m.came_in_at < now - provider.profiles[m.webhook_type].dedupe_for + _OVERLAP]
        old = [message for message in old if message.request_id not in known]
        if old:
            received_after = min(message.came_in_at for message in old) - _OVERLAP
            known |= await listings.archived(tx, [message.request_id for message in old], received_after)
        return known

    async def _pass_on(self, provider: Sender, listed: ListedInbound) -> str:
        """One message through `receive`, one after the other: so each conversation keeps its order."""
        request = await provider.rebuild(listed)
        try:
            items = provider.parse(listed.webhook_type, request)
        except Malformed as error:
            log.error("listed_message_not_understood", request_id=listed.request_id, error=str(error))
            return "refused"
        profile, outcome = provider.profiles[listed.webhook_type], "known"
        for item in items:
            arrival = Arrival(item, request.body, dict(request.headers), uuid4().hex, profile.dedupe_for)
            if (await self._receiver.receive(arrival)).first:
                outcome = "passed"
                log.info(
                    "webhook_caught_up",
                    webhook_type=item.webhook_type,
                    request_id=item.request_id,
                    came_in_at=listed.came_in_at.isoformat(),
                    correlation_id=arrival.correlation_id,
                )
        return outcome


def _was_assigned(message: ListedInbound, assigned: dict[str, datetime | None]) -> bool:
    """True where the number serves a client, and did so already when the message came; a null time says: always."""
    at = assigned.get(message.our_address)
    return message.our_address in assigned and (at is None or message.came_in_at >= at - _SKEW)


def _told(done: CaughtUp) -> CaughtUp:
    """One line in the log, at a level that fits."""
    tell = log.info if done.passed else log.debug
    tell("caught_up", provider=done.provider, since=done.since.isoformat(), listed=done.listed, missing=done.passed)
    return done
