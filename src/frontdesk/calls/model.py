"""The values of the calls' room: directions, states, outcomes, legs, calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

__all__ = ["MOVES", "OVER", "Call", "CallStatus", "Direction", "Leg", "Outcome"]


class Direction(StrEnum):
    """Who called whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallStatus(StrEnum):
    """The states of a call; each says who moves it on."""

    RINGING = "ringing"  # the provider's next event: somebody picks up, or nobody does
    ACTIVE = "active"  # the provider's next event: they hang up, or leave a message
    ENDED = "ended"  # nobody: final, answered or given up before it rang
    MISSED = "missed"  # nobody: final, it rang and nobody picked up
    REJECTED = "rejected"  # nobody: final, the caller is blocked
    VOICEMAIL = "voicemail"  # nobody: final, the caller left a message


_S = CallStatus

MOVES: dict[CallStatus, frozenset[CallStatus]] = {
    _S.RINGING: frozenset({_S.ACTIVE, _S.ENDED, _S.MISSED, _S.REJECTED, _S.VOICEMAIL}),
    _S.ACTIVE: frozenset({_S.ENDED, _S.VOICEMAIL}),
    _S.ENDED: frozenset(),
    _S.MISSED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.VOICEMAIL: frozenset(),
}
"""The legal moves; whatever is not here changes nothing."""

OVER = frozenset(status for status, moves in MOVES.items() if not moves)
"""The states from which a call goes nowhere."""


class Outcome(StrEnum):
    """How a call went, as far as is known: where several legs tell, the first in this order holds."""

    ANSWERED = "answered"  # somebody talked with the other party
    VOICEMAIL = "voicemail"  # a message was left, and surely so
    FAILED = "failed"  # it could not be put through
    MISSED = "missed"  # it rang, and nobody picked up
    REJECTED = "rejected"
    ABANDONED = "abandoned"  # given up before it rang anywhere: in a menu or a queue


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a call, as its own events tell it. `heard_at` is when the newest of them happened."""

    provider_call_id: str
    status: CallStatus = CallStatus.RINGING
    outcome: Outcome | None = None
    rang: bool = False
    talked: bool = False
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One call, whatever its legs. Addresses are None where they were withheld."""

    id: int
    provider: str
    provider_call_id: str | None
    client_id: int | None
    lead_id: int | None
    direction: str | None
    status: CallStatus
    outcome: str | None
    our_address: str | None
    other_address: str | None
    started_at: datetime | None
    ended_at: datetime | None
    heard_at: datetime | None
    talk_seconds: int | None
    raw_payload: Mapping[str, Any] | None
    text_back: str | None
