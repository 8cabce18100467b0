"""buy_numbers: a number is bought at Twilio, under caps that hold whoever buys, and whatever becomes of the order.

Reserve, order, settle: the row is written before the money is spent, and no transaction is open while Twilio is asked.
An order of which no answer came counts as spent, and is never repeated: the list of the account's numbers tells, by the
name that each has there, in which the purchase's id stands.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog

from frontdesk.clients import pool, purchases
from frontdesk.clients.buying import Caps, PurchaseState, Spent, forbidden
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.errors import NotPossible, Rejected, SendError, Unknown
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_numbers import GONE, NumberOrder
from frontdesk.providers.twilio_webhooks import PROFILES, RETRY_FRAGMENT, SMS, VOICE
from frontdesk.readers.contacts import region_of
from frontdesk.registry import Registry
from frontdesk.settings import Settings

__all__ = ["PROVIDER", "Buyer", "Offer", "caps_of", "country_of"]

PROVIDER = "twilio"
"""Whose numbers are bought."""
_NAME = "Frontdesk"
_ORDER_WITHIN = timedelta(seconds=30)  # after that, who reserved may have been taken for dead
_LOOK_AFTER = timedelta(minutes=2)
_LOOK_AGAIN = timedelta(minutes=1)
_GIVE_UP = timedelta(hours=1)
"""A number that was bought is in the account's list by then."""
_SECONDS = 30.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Offer:
    """What could be bought now: numbers, what is spent so far, and why none may be bought, if so."""

    numbers: tuple[str, ...]
    spent: Spent
    caps: Caps
    why_not: str | None


class Buyer:
    """Buys numbers for one desk. Raises NotPossible without Twilio, or without an address for its webhooks."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, registry: Registry, settings: Settings
    ) -> None:
        twilio = registry.providers.get(PROVIDER)
        if not isinstance(twilio, Twilio):
            raise NotPossible(
                "There is no account at Twilio to buy with: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
            )
        if registry.public_base is None:
            raise NotPossible("A number needs an address for its texts: set PUBLIC_URL first.")
        self._db, self._bucket, self._clock, self._settings = db, bucket, clock, settings
        self._twilio = twilio
        self._base = registry.public_base

    async def offer(self, area_code: str = "") -> Offer:
        """What could be bought; nothing is. Raises SendError, or NotPossible where no country is known."""
        caps, now = caps_of(self._settings), self._clock.now()
        country = country_of(self._settings)
        if country is None:
            raise NotPossible("It is not known where to buy: set pool.buy_country, such as US.")
        async with self._db.transaction(self._bucket) as tx:
            spent = await purchases.spent(tx, PROVIDER, now)
        why_not = forbidden(spent, caps)
        if why_not is not None:  # Twilio is not asked for what may not be bought
            return Offer((), spent, caps, why_not)
        found = await self._twilio.numbers_for_sale(country, area_code or self._settings.pool.area_code)
        return Offer(tuple(found), spent, caps, None)

    async def buy(self, *, ordered_by: str, area_code: str = "") -> str:
        """Buy one number and put it into the pool; returns it.

        Raises NotPossible for a cap that is reached or where none is for sale, and SendError for what Twilio says;
        Unknown where nobody knows yet whether it was bought.
        """
        offer = await self.offer(area_code)
        if offer.why_not is not None:
            raise NotPossible(_capped(offer.why_not))
        refusal: Rejected | None = None
        for number in offer.numbers:
            reserved = await self._reserve(number, ordered_by)
            if reserved is None:
                continue  # somebody else orders that one
            try:
                return await self._order(*reserved, number)
            except Rejected as error:
                if error.code != GONE:
                    raise
                refusal = error
        if refusal is not None:
            raise refusal
        raise NotPossible("Twilio has no such number for sale: try another area code, or buy one in its console.")

    async def _reserve(self, number: str, ordered_by: str) -> tuple[UUID, datetime] | None:
        """Set the money aside; None where the number is ordered already. Raises NotPossible for a cap."""
        purchase_id, caps = uuid4(), caps_of(self._settings)
        async with self._db.transaction(self._bucket) as tx:
            now = self._clock.now()
            await purchases.lock_budget(tx, PROVIDER, now)
            why_not = forbidden(await purchases.spent(tx, PROVIDER, now), caps)
            if why_not is not None:
                raise NotPossible(_capped(why_not))
            first = await purchases.reserve(
                tx,
                purchase_id,
                provider=PROVIDER,
                phone=number,
                caps=caps,
                ordered_by=ordered_by,
                now=now,
                look_at=now + _LOOK_AFTER,
            )
        return (purchase_id, now) if first else None

    async def _order(self, purchase_id: UUID, reserved_at: datetime, number: str) -> str:
        order = NumberOrder(
            number,
            f"{_NAME} {purchase_id}",
            f"{self._base}{PROFILES[SMS].path}{RETRY_FRAGMENT}",
            f"{self._base}{PROFILES[VOICE].path}{RETRY_FRAGMENT}",
        )
        try:
            if self._clock.now() - reserved_at > _ORDER_WITHIN:  # this process stood still: the row may be given up
                raise Rejected("Not bought: too much time went by before the order could be placed. Try again.")
            async with asyncio.timeout(_SECONDS):
                await self._twilio.buy_number(order)
        except TimeoutError:
            error = Unknown("No answer from Twilio in time: it may have been bought.")
            await self._settle(purchase_id, error)
            raise error from None
        except SendError as error:
            await self._settle(purchase_id, error)
            raise
        await self._put_into_pool(purchase_id, number)
        return number

    async def _settle(self, purchase_id: UUID, error: SendError) -> None:
        now, unknown = self._clock.now(), isinstance(error, Unknown)
        state = PurchaseState.UNKNOWN if unknown else PurchaseState.FAILED
        look_at = now + timedelta(seconds=10) if unknown else None
        async with self._db.transaction(self._bucket) as tx:
            await purchases.note_otherwise(
                tx, purchase_id, state, now, error=str(error), code=error.code, look_at=look_at
            )
        log.warning("number_not_bought", purchase_id=str(purchase_id), state=state.value, why=str(error))

    async def _put_into_pool(self, purchase_id: UUID, number: str) -> None:
        async with self._db.transaction(self._bucket) as tx:
            await purchases.note_bought(tx, purchase_id, self._clock.now())
            await pool.add(tx, number, None)
        log.info("number_bought", purchase_id=str(purchase_id))

    async def look(self) -> int:
        """Ask Twilio what became of orders without an answer; returns how many are known now. Raises SendError."""
        now = self._clock.now()
        async with self._db.transaction(self._bucket) as tx:
            due = await purchases.due_for_a_look(tx, PROVIDER, now, now + _LOOK_AGAIN)
        if not due:
            return 0
        owned = {one.friendly_name: one.number for one in await self._twilio.list_numbers()}
        settled = 0
        for row in due:
            number = owned.get(f"{_NAME} {row.purchase_id}")
            if number is not None:
                await self._put_into_pool(row.purchase_id, number)
                settled += 1
            elif now - row.reserved_at >= _GIVE_UP:
                settled += await self._give_up(row.purchase_id)
        return settled

    async def _give_up(self, purchase_id: UUID) -> bool:
        said = "it did not come into the account within an hour"
        async with self._db.transaction(self._bucket) as tx:
            return await purchases.note_otherwise(tx, purchase_id, PurchaseState.FAILED, self._clock.now(), error=said)


def _capped(why_not: str) -> str:
    return f"No number is bought: {why_not}. Raise that setting, or buy one yourself and `frontdesk pool add` it."


def caps_of(settings: Settings) -> Caps:
    """What may be spent."""
    own = settings.pool
    return Caps(own.buy_per_day, own.buy_budget, own.number_price, own.number_currency)


def country_of(settings: Settings) -> str | None:
    """Where numbers are bought; None where nothing tells."""
    ours = settings.onboarding_number or settings.twilio_number
    return settings.pool.buy_country or settings.country or (region_of(ours) if ours else None)
