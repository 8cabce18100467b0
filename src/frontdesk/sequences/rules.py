"""The decisions about follow-ups: what a due enrolment leads to. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from frontdesk.delays import due_after
from frontdesk.sequences.model import EndReason, Enrolment, Sequence

__all__ = ["End", "PutStep", "first_due", "next_move"]

_LATE = timedelta(hours=1)
"""A step that goes so late moves those after it, so that a desk that was away does not send them all at once."""


@dataclass(frozen=True, slots=True)
class End:
    """The enrolment is over, and nothing more is said."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class PutStep:
    """Say `text` (fields not yet filled in) as step number `step`; the next one is due at `next_due`, None: it was the
    last."""

    step: int
    text: str
    next_due: datetime | None


def first_due(sequence: Sequence, enrolled_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the first step of a new enrolment is due; None for a sequence without steps."""
    return due_after(sequence.steps[0].after, enrolled_at, zone) if sequence.steps else None


def next_move(enrolment: Enrolment, sequence: Sequence | None, now: datetime, zone: ZoneInfo) -> PutStep | End:
    """What a due enrolment leads to. Every reason to stop is asked before each step, the first that holds ends it."""
    if (why := _over(enrolment, sequence, now)) is not None:
        return End(why)
    assert sequence is not None  # noqa: S101  (_over says GONE)
    step = sequence.steps[enrolment.next_step]
    following = enrolment.next_step + 1
    since = now if now - enrolment.due_at > _LATE else enrolment.due_at
    last = following >= len(sequence.steps)
    return PutStep(
        enrolment.next_step, step.text, None if last else due_after(sequence.steps[following].after, since, zone)
    )


def _over(enrolment: Enrolment, sequence: Sequence | None, now: datetime) -> EndReason | None:
    expired = enrolment.expires_at is not None and enrolment.expires_at <= now
    holds = (
        (enrolment.opted_out, EndReason.OPT_OUT),
        (enrolment.lead_status == "booked", EndReason.BOOKING),
        (enrolment.lead_status in ("won", "lost"), EndReason.CLOSED),
        (enrolment.bot_paused, EndReason.HAND_OVER),
        (enrolment.replied, EndReason.REPLY),
        (expired, EndReason.EXPIRED),
        (sequence is None, EndReason.GONE),
        (sequence is not None and enrolment.next_step >= len(sequence.steps), EndReason.FINISHED),
    )
    return next((reason for held, reason in holds if held), None)
