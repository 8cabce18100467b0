"""What the operator answers by SMS: `1A`, `1H`, `1Z 2h`, `LIST`, `WHY 1`. Pure."""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

__all__ = ["HOW_TO", "LONGEST_SILENCE", "Command", "Order", "read_order", "read_span"]

HOW_TO = "Reply 1A = ack, 1H = handled until it changes, 1Z 2h = silence, LIST, WHY 1."
LONGEST_SILENCE = timedelta(days=30)

_SPAN = re.compile(r"(\d{1,4})\s*(m|min|h|d)", re.IGNORECASE)
_ACT = re.compile(r"#?(\d{1,3})\s*(a|ack|h|handled)", re.IGNORECASE)
_ACT_FIRST = re.compile(r"(a|ack|handled)\s*#?(\d{1,3})?", re.IGNORECASE)
_SILENCE = re.compile(r"#?(\d{1,3})\s*z\s*(\d{1,4}\s*(?:m|min|h|d))?", re.IGNORECASE)
_WHY = re.compile(r"why\s*#?(\d{1,3})", re.IGNORECASE)


class Command(StrEnum):
    """What is asked for."""

    ACK = "ack"
    HANDLED = "handled"
    SILENCE = "silence"
    LIST = "list"
    WHY = "why"


@dataclass(frozen=True, slots=True)
class Order:
    """One command; `code` is None where the operator named no alert, `span` is how long a silence is to hold."""

    command: Command
    code: int | None = None
    span: timedelta | None = None


def read_span(text: str) -> timedelta:
    """A span such as 90m, 2h or 3d. Raises ValueError in a sentence."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:20]!r} is no span of time: write 30m, 2h or 3d")
    unit = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[found[2][0].lower()]
    span = int(found[1]) * unit
    if not timedelta(0) < span <= LONGEST_SILENCE:
        raise ValueError("at most 30 days: nothing is silenced for ever")
    return span


def read_order(text: str) -> Order | None:
    """The command that a text is, whole; None for any other text."""
    said = text.strip().rstrip(".!").strip()
    if said.lower() == "list":
        return Order(Command.LIST)
    if found := _WHY.fullmatch(said):
        return Order(Command.WHY, int(found[1]))
    if found := _ACT.fullmatch(said):
        return Order(Command.ACK if found[2].lower().startswith("a") else Command.HANDLED, int(found[1]))
    if found := _SILENCE.fullmatch(said):
        try:
            return Order(Command.SILENCE, int(found[1]), read_span(found[2] or "2h"))
        except ValueError:
            return None
    if found := _ACT_FIRST.fullmatch(said):
        command = Command.ACK if found[1].lower().startswith("a") else Command.HANDLED
        return Order(command, int(found[2]) if found[2] else None)
    return None
