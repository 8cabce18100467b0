"""The decisions about calls: what a direction means, what an event makes of a leg, what legs make of their call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from frontdesk.calls.model import MOVES, OVER, Call, CallStatus, Direction, Leg, Outcome
from frontdesk.told import CallReceived, CallSign

__all__ = ["Told", "direction_of", "joined", "settled", "told", "updated"]

_INBOUND = frozenset({"inbound", "incoming", "in"})
_OUTBOUND = frozenset({"outbound", "outgoing", "out"})


def direction_of(word: object) -> Direction | None:
    """The direction that a provider's word means, in any case and with blanks; None for anything else."""
    plain = word.strip().lower() if isinstance(word, str) else ""
    if plain in _INBOUND:
        return Direction.INBOUND
    return Direction.OUTBOUND if plain in _OUTBOUND else None


@dataclass(frozen=True, slots=True)
class Told:
    """A leg after an event. `refused` is the state that it may not move to; `late`: because another came first."""

    leg: Leg
    refused: CallStatus | None = None
    late: bool = False


def told(leg: Leg, event: CallReceived, direction: Direction | None) -> Told:
    """What one event makes of its leg: it moves along MOVES or not at all; repeats are silent.

    Every move leads onwards, so that events in the wrong order lead where they would have led in the right one.
    """
    late = leg.heard_at is not None and event.occurred_at is not None and event.occurred_at < leg.heard_at
    seen = replace(
        leg,
        rang=leg.rang or event.rang,
        talked=leg.talked or bool(event.talked) or event.sign is CallSign.CONNECTED,
        heard_at=_newest(leg.heard_at, event.occurred_at),
    )
    status, outcome = _aim(seen, event, direction)
    if status is None:
        return Told(seen)
    if status is seen.status:
        return Told(replace(seen, outcome=seen.outcome or outcome))
    if status not in MOVES[seen.status]:
        # Where it stands stays; what is known of how it went may grow: a message left after it counted as missed.
        return Told(replace(seen, outcome=_best([seen.outcome, outcome])), status, late)
    return Told(replace(seen, status=status, outcome=outcome))


def _aim(leg: Leg, event: CallReceived, direction: Direction | None) -> tuple[CallStatus | None, Outcome | None]:
    """The state that an event asks for, and the outcome that it tells; None where it asks for none."""
    match event.sign:
        case CallSign.RINGING:
            return CallStatus.RINGING, None
        case CallSign.CONNECTED:
            return CallStatus.ACTIVE, None
        case CallSign.VOICEMAIL:
            return CallStatus.VOICEMAIL, Outcome.VOICEMAIL
        case CallSign.MISSED:
            return CallStatus.MISSED, Outcome.MISSED
        case CallSign.FAILED:
            return CallStatus.MISSED, Outcome.FAILED
        case CallSign.REJECTED:
            return CallStatus.REJECTED, Outcome.REJECTED
        case CallSign.ENDED:
            return _end(leg, event, direction)
        case CallSign.DETAILS | CallSign.GREETING:
            # A recap minutes later closes a call whose hangup was lost.
            closes = event.sign is CallSign.DETAILS and event.ended_at is not None and leg.talked
            return _end(leg, event, direction) if closes and leg.status not in OVER else (None, None)


def _end(leg: Leg, event: CallReceived, direction: Direction | None) -> tuple[CallStatus | None, Outcome | None]:
    """Over: answered where anybody talked, else missed where it rang, else given up before it rang."""
    if leg.talked and leg.status is not CallStatus.VOICEMAIL:
        return CallStatus.ENDED, Outcome.ANSWERED
    if leg.status in OVER:
        return None, None  # it was told already how it went
    if leg.rang:
        return (CallStatus.ENDED if direction is Direction.OUTBOUND else CallStatus.MISSED), Outcome.MISSED
    return CallStatus.ENDED, None if event.talked is None else Outcome.ABANDONED


def joined(legs: Sequence[Leg]) -> tuple[CallStatus, Outcome | None]:
    """What legs make of their call: who talked on any of them answered it, and it is over when all of them are."""
    states = {leg.status for leg in legs}
    outcome = _best([leg.outcome for leg in legs])
    live = states - OVER
    if CallStatus.ACTIVE in live or (live and outcome is Outcome.ANSWERED):
        return CallStatus.ACTIVE, outcome if outcome is Outcome.ANSWERED else None
    if outcome is Outcome.ANSWERED:
        return _of_answered(legs), outcome
    for status in (CallStatus.VOICEMAIL, CallStatus.RINGING, CallStatus.MISSED, CallStatus.REJECTED):
        if status in states:
            return status, outcome if status in OVER else None
    return CallStatus.ENDED, outcome


def _of_answered(legs: Sequence[Leg]) -> CallStatus:
    """The state of the leg that was answered: a single one may have been missed by its own word before."""
    return CallStatus.ENDED if len(legs) > 1 else legs[0].status


def settled(call: CallStatus, status: CallStatus, outcome: Outcome | None) -> CallStatus:
    """The state of a call whose legs make it `status`: along MOVES, but an answer on another leg wins over a miss."""
    if status in MOVES[call]:
        return status
    return status if status is CallStatus.ENDED and outcome is Outcome.ANSWERED else call


def updated(
    call: Call, event: CallReceived, status: CallStatus, outcome: Outcome | None, *, received_at: datetime
) -> Call:
    """The call with what an event adds: known facts stay, times widen, and it has an end once it is over."""
    ended = call.ended_at
    if status in OVER:
        told_end = event.ended_at or (event.occurred_at or received_at if ended is None else None)
        ended = _newest(ended, told_end)
    direction = call.direction or direction_of(event.direction)
    return replace(
        call,
        status=status,
        outcome=outcome or call.outcome,
        direction=direction,
        our_address=call.our_address or event.our_address or None,
        other_address=call.other_address or event.other_address or None,
        started_at=_oldest(call.started_at, event.started_at),
        ended_at=ended,
        heard_at=_newest(call.heard_at, event.occurred_at or received_at),
        talk_seconds=max((s for s in (call.talk_seconds, event.talk_seconds) if s is not None), default=None),
    )


def _best(outcomes: Sequence[Outcome | None]) -> Outcome | None:
    return next((outcome for outcome in Outcome if outcome in outcomes), None)


def _newest(*times: datetime | None) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def _oldest(*times: datetime | None) -> datetime | None:
    return min((at for at in times if at is not None), default=None)
