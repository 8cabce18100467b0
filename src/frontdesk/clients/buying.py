"""Decisions about buying numbers: how many are wanted, and what the caps still allow. All pure."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

__all__ = ["DAY", "MONTH", "Caps", "PurchaseState", "Spent", "forbidden", "wanted"]

DAY = timedelta(hours=24)
MONTH = timedelta(days=31)
"""What was bought so lately costs money, also where it was given back since."""


class PurchaseState(StrEnum):
    """The states of a purchase; each says who moves it on."""

    RESERVED = "RESERVED"  # who ordered; or, where that one died, the look into the account
    UNKNOWN = "UNKNOWN"  # the look into the account: it may have been bought, and counts as if it was
    BOUGHT = "BOUGHT"  # nobody: it is in the pool
    FAILED = "FAILED"  # nobody: it costs nothing. A late answer that it was bought after all moves it on


@dataclass(frozen=True, slots=True)
class Caps:
    """What may be spent: `per_day` numbers in any 24 hours, `budget` a month for all, where one costs `price`."""

    per_day: int
    budget: Decimal
    price: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What is spent, with all that may have been: numbers of the last 24 hours, money a month."""

    today: int
    monthly: Decimal


def forbidden(spent: Spent, caps: Caps) -> str | None:
    """Why no further number may be bought; None where one may."""
    if spent.today >= caps.per_day:
        return f"{spent.today} were bought within 24 hours, and pool.buy_per_day is {caps.per_day}"
    if spent.monthly + caps.price > caps.budget:
        money = f"{spent.monthly.quantize(caps.price)} {caps.currency} a month"
        return f"those bought cost {money}, another {caps.price} more, and pool.buy_budget is {caps.budget}"
    return None


def wanted(*, waiting: int, free: int, coming: int, low_water: int) -> int:
    """How many numbers are to be bought, so that all who wait are served and the pool is not low."""
    return max(0, waiting + low_water - free - coming)
