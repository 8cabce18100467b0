"""receive: a verified webhook becomes a stored event, once; answered only when it is durable."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from secrets import token_hex
from time import monotonic

import structlog

from frontdesk.clients import store as clients
from frontdesk.db.bell import Bell
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, is_gone
from frontdesk.errors import Malformed, Overloaded, TooLarge
from frontdesk.groupcommit import GroupCommit
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, Receipted
from frontdesk.message import Item
from frontdesk.provider import HttpRequest, Provider

__all__ = ["Receiver", "take"]

log = structlog.get_logger(__name__)

_ANSWER = 5.0  # seconds; a database that hangs must not hold the provider until it hangs up
_REMEMBER = 1.0  # seconds; numbers change hands after a quarantine only
_AT_ONCE = 500  # lanes of one webhook that are kept at a time: fewer than may wait for a commit
_WAIT = 1.0  # seconds for a connection; after that the provider is told to come back
# What is kept of the headers: enough to see who retried what; never a signature, a token or a cookie.
_KEPT_HEADERS = ("content-type", "user-agent", "i-twilio-idempotency-token", "x-request-id")


class Receiver:
    """Accepts items in groups: those that arrive together share one commit, each is answered after it."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock, *, waiting: int = 2000
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._bell = Bell(db, bucket, "inbox")
        self._served: Mapping[str, int] = {}
        self._served_until = 0.0
        self._group: GroupCommit[Arrival, Receipted] = GroupCommit(
            self._keep,
            largest=64,
            waiting=waiting,
            in_flight=2,
            patience=_ANSWER,
            singly=lambda error: not is_gone(error),
        )

    @property
    def waiting(self) -> int:
        """How many items wait to be stored."""
        return self._group.waiting

    async def receive(self, arrival: Arrival) -> Receipted:
        """Keep one arrival. Raises Overloaded when the database is away or too much is waiting."""
        try:
            return await self._group.submit(arrival)
        except TimeoutError as error:
            raise Overloaded("The database does not answer; please send it again in a moment.") from error
        except Exception as error:
            if is_gone(error):
                log.warning("receive_without_database", error=str(error))
                raise Overloaded("The database is away; please send it again in a moment.") from error
            raise

    async def _keep(self, arrivals: Sequence[Arrival]) -> list[Receipted]:
        served = await self._served_on(arrivals)
        async with self._db.transaction(self._bucket, wait=_WAIT, single=True) as tx:
            kept = await inbox.keep(tx, arrivals, served, now=self._clock.now(), lease_now=self._lease_clock.now())
        if any(receipted.first for receipted in kept):
            self._bell.ring()
        return kept

    async def _served_on(self, arrivals: Sequence[Arrival]) -> Mapping[str, int]:
        """The clients served on these numbers. A number that has one is asked for again after a second only."""
        now = monotonic()
        if now > self._served_until:
            self._served, self._served_until = {}, now + _REMEMBER
        items = [arrival.item for arrival in arrivals if arrival.item.our_address not in self._served]
        if items:
            async with self._db.transaction(self._bucket, wait=_WAIT, single=True) as tx:
                found = await clients.served_on(tx, sorted({item.our_address for item in items}))
            left = {item.our_address for item in items if item.to_account} - found.keys()
            self._served = {**self._served, **found, **(await self._only_client(left) if left else {})}
        return self._served

    async def _only_client(self, addresses: set[str]) -> Mapping[str, int]:
        async with self._db.transaction(self._bucket, wait=_WAIT, single=True) as tx:
            client_id = await clients.only(tx)
        return dict.fromkeys(addresses, client_id) if client_id is not None else {}


async def take(receiver: Receiver, provider: Provider, webhook_type: str, request: HttpRequest) -> list[Receipted]:
    """One whole webhook: verify, parse, keep each item.

    Raises TooLarge, Forged, Malformed or Overloaded, the first three with nothing stored. Items of one lane are kept in
    order, and lanes side by side; where one cannot be kept, the others are, and the provider sends all again.
    """
    profile = provider.profiles[webhook_type]
    if len(request.body) > profile.max_body:
        raise TooLarge(f"The body is larger than {profile.max_body} bytes.")
    provider.verify(request)
    items = provider.parse(webhook_type, request)
    for item in items:
        _refuse_oversized_key(item)
    headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
    arrivals = [
        Arrival(item, request.body if item.body is None else item.body, headers, token_hex(16), profile.dedupe_for)
        for item in items
    ]
    return [await _keep(receiver, arrivals[0])] if len(arrivals) == 1 else await _keep_all(receiver, arrivals)


async def _keep_all(receiver: Receiver, arrivals: Sequence[Arrival]) -> list[Receipted]:
    """Keep the arrivals of one webhook: many share a commit. Raises what the first that could not be kept raised."""
    lanes: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        lanes[arrival.item.lane].append(arrival)
    room = asyncio.Semaphore(_AT_ONCE)

    async def in_order(lane: Sequence[Arrival]) -> list[Receipted]:
        async with room:
            return [await _keep(receiver, arrival) for arrival in lane]

    kept: list[Receipted] = []
    failed: list[BaseException] = []
    for result in await asyncio.gather(*map(in_order, lanes.values()), return_exceptions=True):
        if isinstance(result, BaseException):
            failed.append(result)
        else:
            kept += result
    if failed:
        raise failed[0]
    return kept


async def _keep(receiver: Receiver, arrival: Arrival) -> Receipted:
    receipted = await receiver.receive(arrival)
    item = arrival.item
    log.info(
        "webhook_received" if receipted.first else "webhook_redelivered",
        webhook_type=item.webhook_type,
        request_id=item.request_id,
        lane_class=item.lane_class.value,
        correlation_id=arrival.correlation_id if receipted.first else None,
    )
    return receipted


def _refuse_oversized_key(item: Item) -> None:
    # Both are index keys; PostgreSQL refuses an entry over 2.7 kB, and no provider's id comes near it.
    if len(item.request_id) > 512 or len(item.lane) > 512:
        raise Malformed("The message id or a number in it is longer than any real one.")
