"""A simulated phone: the carrier's own history, merged with what the desk holds back from it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from frontdesk.simulator import SimulatedMessage
from frontdesk.web.words import status_word, why

__all__ = ["PhoneItem", "screen"]

_AT_CARRIER = {"queued": "queued at the carrier", "sent": "on its way", "undelivered": "not delivered"}
# A row in one of these states may have no message at the carrier; the others had one, perhaps before a restart.
_HELD_BACK = ("PENDING", "SENDING", "UNKNOWN", "BLOCKED", "FAILED", "CANCELLED")


@dataclass(frozen=True, slots=True)
class PhoneItem:
    """One line on the phone. `there` is false for what the phone does not have (yet); `until` is when it may go."""

    id: str
    own: bool
    body: str
    at: datetime
    state: str
    there: bool = True
    note: str = ""
    until: datetime | None = None
    tone: str = ""


def screen(messages: Sequence[SimulatedMessage], ledger: Sequence[Any], our_number: str) -> list[PhoneItem]:
    """What one phone shows of its chat with `our_number`, oldest first."""
    by_sid = {row.provider_message_id: row for row in ledger if row.provider_message_id}
    by_id = {str(row.id): row for row in ledger}
    items, seen = [], set()
    for message in messages:
        if our_number not in (message.from_, message.to):
            continue
        row = by_sid.get(message.sid) or by_id.get(_ref(message))
        seen |= {row.id} if row is not None else set()
        items.append(_written(message) if message.direction == "inbound" else _got(message, row))
    items += _held_back(row for row in ledger if row.id not in seen and row.status in _HELD_BACK)
    return sorted(items, key=lambda item: item.at)


def _ref(message: SimulatedMessage) -> str:
    """The ledger id in the callback URL: how a message is known whose answer was lost."""
    return parse_qs(urlsplit(message.status_callback).query).get("ref", [""])[0]


def _written(message: SimulatedMessage) -> PhoneItem:
    return PhoneItem(message.sid, True, message.body, message.created_at, "sent")


def _got(message: SimulatedMessage, row: Any) -> PhoneItem:
    if message.direction == "outbound-reply":
        note = "the carrier answered this by itself; the desk never sees it"
        return PhoneItem(message.sid, False, message.body, message.created_at, "delivered", note=note)
    there = message.status == "delivered"
    differs = row is not None and there and row.status != "DELIVERED"
    return PhoneItem(
        id=message.sid,
        own=False,
        body=message.body,
        at=message.created_at,
        state=_AT_CARRIER.get(message.status, message.status),
        there=there,
        note=f"no receipt has reached the desk: it has this as “{status_word(row.status)}”" if differs else "",
        tone="good" if there else "bad" if message.status == "undelivered" else "wait",
    )


def _held_back(rows: Iterator[Any]) -> Iterator[PhoneItem]:
    for row in rows:
        waits = row.status == "PENDING"
        said = row.reason and why(row.reason)
        error = row.error if row.status in ("FAILED", "UNKNOWN") else None
        yield PhoneItem(
            id=f"ledger-{row.id}",
            own=False,
            body=row.body,
            at=row.created_at,
            state="waiting" if waits and row.reason else status_word(row.status),
            there=False,
            note=said or error or "",
            until=row.available_at if waits and row.reason else None,
            tone="wait" if row.status in ("PENDING", "SENDING") else "bad",
        )
