"""The messages of a simulated carrier, and the bounded log that keeps them."""

import time
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

__all__ = ["KEEP", "MessageLog", "SimulatedMessage", "new_sid"]

KEEP = 100_000
"""So many messages are kept; older ones are forgotten."""


def new_sid(prefix: str) -> str:
    """A fresh id such as SM… (34 characters). Random also with a seed: a desk that was restarted knows the old ones."""
    return prefix + uuid.uuid4().hex


@dataclass(slots=True)
class SimulatedMessage:
    """One text in either direction; addresses as on the wire, `whatsapp:` included."""

    sid: str
    direction: str
    """inbound, outbound-api, or outbound-reply for what the carrier says by itself."""
    from_: str
    to: str
    body: str
    media: tuple[tuple[str, str], ...] = ()
    """Pairs of URL and content type."""
    status: str = "received"
    error_code: int | None = None
    status_callback: str = ""
    history: list[tuple[str, datetime]] = field(default_factory=list)
    """Each status with its time."""
    accepted_at: float = field(default_factory=time.monotonic)
    """Monotonic seconds, to measure with."""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent_at: datetime | None = None
    """When it left the carrier; of an inbound one, when its webhook was first posted."""

    def __post_init__(self) -> None:
        self.history.append((self.status, self.created_at))
        if self.status != "queued":
            self.sent_at = self.sent_at or self.created_at

    def attachments(self) -> list[tuple[str, str, str]]:
        """Each attachment's own id (ME…, always the same), where it really lies, and its content type."""
        ids = (uuid.uuid5(uuid.NAMESPACE_URL, f"{self.sid}/{at}").hex for at in range(len(self.media)))
        return [(f"ME{key}", url, kind) for key, (url, kind) in zip(ids, self.media, strict=True)]

    def move(self, status: str, error_code: int | None = None) -> None:
        """Take the next status and note when."""
        now = datetime.now(UTC)
        self.status, self.error_code = status, error_code
        self.history.append((status, now))
        if status == "sent":
            self.sent_at = now

    def concerns(self, number: str) -> bool:
        """Whether this number wrote it or got it."""
        return number in (self.from_, self.to)


class MessageLog:
    """The last messages in order, found by sid; the oldest is forgotten when there are too many."""

    def __init__(self, keep: int = KEEP) -> None:
        self._keep = keep
        self._order: deque[SimulatedMessage] = deque()
        self._by_sid: dict[str, SimulatedMessage] = {}

    def add(self, message: SimulatedMessage) -> None:
        """Append a message; its sid must be new."""
        self._order.append(message)
        self._by_sid[message.sid] = message
        if len(self._order) > self._keep:
            del self._by_sid[self._order.popleft().sid]

    def get(self, sid: str) -> SimulatedMessage | None:
        """The message of that sid, if it is still kept."""
        return self._by_sid.get(sid)

    def __iter__(self) -> Iterator[SimulatedMessage]:
        return iter(self._order)

    def __reversed__(self) -> Iterator[SimulatedMessage]:
        return reversed(self._order)

    def __len__(self) -> int:
        return len(self._order)
