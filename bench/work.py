"""The work that every system is given, and the table that tells how each did it."""

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

__all__ = [
    "CONVERSATIONS",
    "COUNT",
    "INSERT",
    "IN_FLIGHT",
    "OURS",
    "OUTCOME",
    "TABLE",
    "Message",
    "System",
    "Tally",
    "deliveries",
    "place",
]

CONVERSATIONS = 1_000
IN_FLIGHT = 16  # deliveries under way at once
OURS = "+12025550100"
AGAIN_AFTER = 40  # deliveries that lie between a message and its redelivery

# `position` tells the order in which handlers took effect.
TABLE = """CREATE TABLE handled (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation integer NOT NULL,
    n integer NOT NULL
)"""
INSERT = "INSERT INTO handled (conversation, n) VALUES (%s, %s)"

COUNT = "SELECT count(*) FROM handled"
OUTCOME = """
SELECT count(DISTINCT (conversation, n)) AS known, count(*) - count(DISTINCT (conversation, n)) AS doubled,
       count(*) FILTER (WHERE n < before) AS out_of_order
FROM (
    SELECT conversation, n, max(n) OVER (PARTITION BY conversation ORDER BY position
                                         ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
    FROM handled
) AS h
"""


@dataclass(frozen=True, slots=True)
class Message:
    """One text of a lead as Twilio posts it; `n` counts within the conversation."""

    conversation: int
    n: int
    id: str
    form: dict[str, str]
    body: bytes  # the form as it comes over the wire


class Tally:
    """Counts handler calls, so that nothing else watches a drain until its end is near."""

    def __init__(self) -> None:
        self.calls = 0

    def count(self) -> None:
        """One handler has done its work."""
        self.calls += 1


class System(Protocol):
    """One way to accept and handle messages. Its database is empty, and is its own."""

    waiting: str
    """SQL that counts what is accepted and not yet handled."""

    async def open(self, dsn: str) -> None:
        """Connect, and create the tables."""

    async def accept(self, message: Message) -> None:
        """Take one delivery; return once it is durable, be it new or known."""

    async def drain(self, tally: Tally) -> None:
        """Handle all that waits until cancelled, one row of `handled` per message."""

    async def close(self) -> None:
        """Disconnect."""


def deliveries(messages: int) -> list[Message]:
    """That many messages in turn over the conversations, every tenth of them delivered twice."""
    once = [_message(index) for index in range(messages)]
    twice = [(index + AGAIN_AFTER, message) for index, message in enumerate(once) if index % 10 == 0]
    # Sorted by place: a redelivery comes right after the message that was AGAIN_AFTER later.
    return [message for _, message in sorted([*enumerate(once), *twice], key=lambda placed: placed[0])]


def place(form: dict[str, str]) -> tuple[int, int]:
    """The conversation and the number of a message, read from what was stored of it."""
    return int(form["From"][-6:]), int(form["Body"].rpartition(" ")[2])


def _message(index: int) -> Message:
    conversation, n = index % CONVERSATIONS, index // CONVERSATIONS
    sid = f"SM{index:032x}"
    other = f"+1202{conversation:07d}"
    form = {
        "ToCountry": "US",
        "ToState": "DC",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "WASHINGTON",
        "FromZip": "20001",
        "SmsSid": sid,
        "FromState": "DC",
        "SmsStatus": "received",
        "FromCity": "WASHINGTON",
        "Body": f"Hi, my boiler is leaking again, can somebody come round this week? {n}",
        "FromCountry": "US",
        "To": OURS,
        "ToZip": "20001",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": "AC" + "0" * 32,
        "From": other,
        "ApiVersion": "2010-04-01",
    }
    return Message(conversation, n, sid, form, urlencode(form).encode())
