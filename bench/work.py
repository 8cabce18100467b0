"""The work that every system is given, and the table that tells how each did it."""

from dataclasses import dataclass
from time import monotonic
from typing import Protocol
from urllib.parse import urlencode

__all__ = [
    "CONVERSATIONS",
    "COUNT",
    "INSERT",
    "OURS",
    "OUTCOME",
    "PLACES",
    "TABLE",
    "Message",
    "System",
    "Tally",
    "deliveries",
    "messages",
    "place",
]

CONVERSATIONS = 1_000
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
PLACES = "SELECT last_value FROM handled_position_seq"  # at least as many as rows, and as cheap for many as for few
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
    """Told by each handler as it begins, so that nothing else watches a drain until its end is near."""

    def __init__(self) -> None:
        self.began: dict[tuple[int, int], float] = {}

    def begin(self, at: tuple[int, int]) -> tuple[int, int]:
        """A handler begins with the message of this place; returns the place. May be called from any thread."""
        self.began.setdefault(at, monotonic())
        return at


class System(Protocol):
    """One way to accept and handle messages. Its database is its own."""

    waiting: str
    """SQL that counts what is accepted and not yet handled."""

    def __init__(self, in_flight: int) -> None:
        """For that many deliveries under way at once."""

    async def install(self, dsn: str) -> None:
        """Create the tables, once."""

    async def open(self, dsn: str) -> None:
        """Connect."""

    async def accept(self, message: Message) -> None:
        """Take one delivery; return once it is durable, be it new or known."""

    async def drain(self, tally: Tally) -> None:
        """Handle all that waits and comes until cancelled, one row of `handled` per message."""

    async def close(self) -> None:
        """Disconnect."""


def messages(number: int) -> list[Message]:
    """That many messages in turn over the conversations."""
    return [_message(index) for index in range(number)]


def deliveries(number: int) -> list[Message]:
    """That many messages in turn over the conversations, every tenth of them delivered twice."""
    once = messages(number)
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
