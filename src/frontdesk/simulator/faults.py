"""What can go wrong at a carrier, as switches: each a probability, or an exact count of the next requests."""

import random
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

__all__ = ["Fault", "Faults"]


class Fault(StrEnum):
    """One kind of trouble; the name is also the field of `Faults` that holds its probability."""

    DUPLICATES = "duplicates"  # a webhook is posted twice
    REORDER_RECEIPTS = "reorder_receipts"  # the receipts of a message come last one first
    NO_RECEIPTS = "no_receipts"  # none of a message comes at all
    LOSE_RECEIPT = "lose_receipt"  # this one receipt is lost, the others come
    UNDELIVERED = "undelivered"  # the last receipt says undelivered, 30003
    THROTTLE = "throttle"  # 429, with Retry-After or without, nothing sent; `next` makes bursts of it
    HTTP_500_BEFORE_ACCEPT = "http_500_before_accept"  # 500, nothing sent
    HTTP_500_AFTER_ACCEPT = "http_500_after_accept"  # 500, yet the message goes out
    DROP_BEFORE_ACCEPT = "drop_before_accept"  # the connection is cut, nothing sent
    DROP_AFTER_ACCEPT = "drop_after_accept"  # the connection is cut, yet the message goes out
    HANG_AFTER_ACCEPT = "hang_after_accept"  # no answer ever comes, yet the message goes out
    LOOK_UP_500 = "look_up_500"  # a message that is asked for by its id: 500
    LOOK_UP_THROTTLE = "look_up_throttle"  # the same: 429
    LISTING_500 = "listing_500"  # the list of messages answers 500


@dataclass(slots=True)
class Faults:
    """The switches of one carrier; probabilities from 0 to 1, all off at first, the same dice for the same seed."""

    seed: int = 0
    duplicates: float = 0.0
    reorder_receipts: float = 0.0
    no_receipts: float = 0.0
    lose_receipt: float = 0.0
    undelivered: float = 0.0
    throttle: float = 0.0
    http_500_before_accept: float = 0.0
    http_500_after_accept: float = 0.0
    drop_before_accept: float = 0.0
    drop_after_accept: float = 0.0
    hang_after_accept: float = 0.0
    look_up_500: float = 0.0
    look_up_throttle: float = 0.0
    listing_500: float = 0.0
    delay_seconds: float = 0.0
    """How long the API thinks before it answers, after it accepted: longer than a client's timeout is a lost answer."""
    listing_seconds: float = 0.0
    """How long the list of messages takes to be answered."""
    retry_after: float | str | None = 1
    """The Retry-After of a throttled answer; None leaves the header out, as Twilio may."""
    _next: dict[Fault, int] = field(default_factory=dict)
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)  # noqa: S311 - dice, not a secret

    def next(self, fault: Fault | str, times: int = 1) -> None:
        """Let exactly the next `times` occasions have this fault, whatever its probability."""
        self._next[Fault(fault)] = times

    def armed(self, fault: Fault | str) -> int:
        """How many of the next occasions are sure to have this fault."""
        return self._next.get(Fault(fault), 0)

    def strikes(self, fault: Fault) -> bool:
        """Whether this occasion has the fault: a count is used up first, then the dice are thrown."""
        if self._next.get(fault, 0) > 0:
            self._next[fault] -= 1
            return True
        chance: float = getattr(self, fault.value)
        return chance > 0 and self._dice.random() < chance

    def set(self, values: dict[str, Any]) -> None:
        """Set switches from JSON: numbers by name, and counts under `next`. Raises ValueError for an unknown name."""
        counts = {Fault(name): int(times) for name, times in dict(values.get("next") or {}).items()}
        switches = {name: value for name, value in values.items() if name != "next"}
        known = {one.name for one in fields(self) if not one.name.startswith("_")} - {"seed"}
        if unknown := sorted(set(switches) - known):
            raise ValueError(f"There is no fault called {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
        for name, value in switches.items():
            setattr(self, name, value if name == "retry_after" else float(value))
        self._next.update(counts)

    def clear(self) -> None:
        """Switch all faults off; the dice go on from where they are."""
        for fault in Fault:
            setattr(self, fault.value, 0.0)
        self.delay_seconds = self.listing_seconds = 0.0
        self._next.clear()
