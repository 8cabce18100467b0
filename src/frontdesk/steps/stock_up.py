"""stock_up: the pool is filled by itself where `pool.buy` allows it; and what became of open orders is found out."""

from datetime import datetime, timedelta

import structlog

from frontdesk.clients import purchases
from frontdesk.clients.buying import wanted
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.db.queries import load_queries
from frontdesk.effects import Alert, Severity
from frontdesk.errors import NotPossible, SendError
from frontdesk.readers.contacts import calling_code_in
from frontdesk.registry import Registry
from frontdesk.settings import Settings
from frontdesk.steps.buy_numbers import PROVIDER, Buyer, country_of
from frontdesk.steps.conditions import tell
from frontdesk.steps.pool_alerts import reserved

__all__ = ["NOT_BOUGHT", "StockingUp"]

Q = load_queries("frontdesk.steps", "stock_up.sql")

NOT_BOUGHT = "NUMBER_NOT_BOUGHT"
"""The type of the alert that a number is wanted and none can be bought."""
_AFTER_TROUBLE = timedelta(minutes=5)
_ORDERED_BY = "scheduler"

log = structlog.get_logger(__name__)


class StockingUp:
    """The scheduler's part in keeping numbers free."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, registry: Registry, settings: Settings
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._registry = registry
        self._settings = settings
        self._trouble: tuple[str, datetime] | None = None

    async def step(self) -> int:
        """Look after open orders, then buy one number if one is wanted; returns how many orders moved."""
        try:
            buyer = Buyer(self._db, self._bucket, self._clock, self._registry, self._settings)
        except NotPossible as error:
            if self._settings.pool.buy:
                await self._tell(str(error) if await self._wanted() else None)
            return 0
        moved = await self._look(buyer)
        if not self._settings.pool.buy:
            return moved
        if not await self._wanted():
            self._trouble = None
        elif self._trouble is None or self._clock.now() - self._trouble[1] >= _AFTER_TROUBLE:
            moved += await self._buy(buyer)
        await self._tell(self._trouble[0] if self._trouble else None)
        return moved

    async def _look(self, buyer: Buyer) -> int:
        try:
            return await buyer.look()
        except SendError as error:  # asked again in a minute
            log.warning("purchases_not_looked_up", why=str(error))
            return 0

    async def _buy(self, buyer: Buyer) -> int:
        try:
            await buyer.buy(ordered_by=_ORDERED_BY)
        except (NotPossible, SendError) as error:
            self._trouble = str(error), self._clock.now()
            return 0
        self._trouble = None
        return 1

    async def _wanted(self) -> int:
        """For those who wait and whom a number from where the desk buys fits, and so that the pool is not low."""
        settings = self._settings
        like = f"{calling_code_in(country_of(settings) or '')}%" if settings.pool.same_country else "%"
        low_water = settings.pool.low_water if settings.onboarding_number is not None else 0
        async with self._db.transaction(self._bucket) as tx:
            row = await tx.one(Q.wanting, {"like": like, "reserved": reserved(settings)})
            coming = await purchases.coming(tx, PROVIDER)
        return wanted(waiting=row.waiting, free=row.free, coming=coming, low_water=low_water)

    async def _tell(self, why: str | None) -> None:
        seen = [Alert(NOT_BOUGHT, "", Severity.MEDIUM, "No number could be bought", why)] if why else []
        await tell(self._db, self._bucket, self._clock, seen, types={NOT_BOUGHT}, again=())
