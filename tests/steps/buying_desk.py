"""A desk that may buy numbers at the simulated carrier."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from owner_desk import OWNER, Owners, owners

from frontdesk.steps.stock_up import StockingUp
from frontdesk.testing import FrozenClock

__all__ = ["all_steps", "bought", "free", "orders", "parts", "shop", "waits"]


@asynccontextmanager
async def shop(dsn: str, clock: FrozenClock | None = None, **pool: Any) -> AsyncIterator[Owners]:
    """A desk that may buy."""
    given = {"buy": True, "low_water": 0, "buy_per_day": 10, "buy_budget": 100, **pool}
    async with owners(dsn, clock or FrozenClock(), pool=given) as desk:
        yield desk


def parts(desk: Owners) -> tuple[Any, ...]:
    inner = desk.desk.desk
    return inner.db, inner.bucket, inner.clock, inner.registry, inner.settings


def bought(desk: Owners) -> list[str]:
    return list(desk.desk.carrier.shop.bought)


async def orders(desk: Owners) -> list[tuple[str, str]]:
    rows = await desk.desk.rows("SELECT phone_e164, state FROM number_purchases ORDER BY reserved_at, phone_e164")
    return [tuple(row) for row in rows]


async def free(desk: Owners) -> list[str]:
    rows = await desk.desk.rows("SELECT phone_e164 FROM twilio_number_pool WHERE status = 'AVAILABLE' ORDER BY 1")
    return [row.phone_e164 for row in rows]


async def waits(desk: Owners, client_id: int = 70, phone: str = OWNER) -> None:
    await desk.sql(
        "INSERT INTO clients (id, name, phone_number, payment_active) VALUES (%(id)s, 'Cy', %(o)s, true)",
        id=client_id, o=phone,
    )  # fmt: skip
    await desk.sql(
        "INSERT INTO onboarding_states (client_id, current_state) VALUES (%(id)s, 'S6_ASSIGN_NUMBER')", id=client_id
    )


async def all_steps(stocking: StockingUp) -> int:
    done = 0
    while await stocking.step():
        done += 1
    return done
