"""The simulated carrier of a simulated month: it notes at which virtual moment each text reached it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.messages import SimulatedMessage

__all__ = ["MonthCarrier", "Taken"]


@dataclass(frozen=True, slots=True)
class Taken:
    """One text that the carrier took; `ref` is the desk's own id of it, from the address for receipts."""

    at: datetime
    to: str
    body: str
    ref: str


class MonthCarrier(Carrier):
    """A carrier whose own log is in virtual time; one receipt follows at once."""

    def __init__(
        self, account_sid: str, auth_token: str, *, now: Callable[[], datetime], transport: httpx2.AsyncBaseTransport
    ) -> None:
        super().__init__(account_sid, auth_token, receipt_delay=0, statuses=("delivered",), transport=transport)
        self.taken: list[Taken] = []
        self._now = now

    async def accept(self, *, to: str, body: str, status_callback: str = "", **more: Any) -> SimulatedMessage:
        """Take a message, and note when. Raises Refusal."""
        message = await super().accept(to=to, body=body, status_callback=status_callback, **more)
        ref = status_callback.partition("ref=")[2].partition("#")[0].partition("&")[0]
        self.taken.append(Taken(self._now(), to, body, ref))
        return message
