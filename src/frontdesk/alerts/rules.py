"""Decisions about alerts: how long things hold, over which channels a message goes, what fails over. All pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.alerts.kinds import Kind
from frontdesk.alerts.model import Channel
from frontdesk.effects import Severity

__all__ = ["BUNDLE", "TIMES", "Fate", "Times", "after_ledger", "channels_for", "retry_at"]

BUNDLE = timedelta(minutes=2)
"""What comes so soon after a message of its group goes with the next one."""


@dataclass(frozen=True, slots=True)
class Times:
    """How long things hold."""

    window: timedelta = timedelta(hours=6)
    gather: timedelta = timedelta(seconds=2)  # findings of one pass go in one message
    escalate: timedelta = timedelta(hours=12)
    calm: timedelta = timedelta(minutes=10)  # what came and went is believed after so long
    flaps_within: timedelta = timedelta(hours=1)
    confirm_high: timedelta = timedelta(minutes=5)
    confirm_other: timedelta = timedelta(minutes=30)


TIMES = Times()


class Fate:
    """What a ledger row means for the delivery that put it."""

    DELIVERED, FAILED, UNCONFIRMED, WAITS = "delivered", "failed", "unconfirmed", "waits"


_NEVER = ("FAILED", "UNDELIVERED", "BLOCKED", "CANCELLED")


def after_ledger(status: str, confirm_by: datetime, now: datetime) -> str:
    """A receipt decides; without one, the clock: an unconfirmed message goes on to the next channel."""
    if status == "DELIVERED":
        return Fate.DELIVERED
    if status in _NEVER:
        return Fate.FAILED
    return Fate.UNCONFIRMED if now >= confirm_by else Fate.WAITS


def channels_for(kind: Kind, severity: Severity, there: Sequence[Channel]) -> list[Channel]:
    """The channels in the order in which they are tried, of those that are `there`.

    SMS first, as it wakes people; last where the alert is about what carries texts, or where it may wait.
    """
    order = [channel for channel in Channel if channel in there]
    late = kind.avoids_sms or (kind.by_mail_first and severity is not Severity.HIGH)
    return sorted(order, key=lambda channel: channel is Channel.SMS) if late else order


_TRIES = 3


def retry_at(attempts: int, now: datetime, retry_after: float | None) -> datetime | None:
    """When a channel that may work later is tried again; None: the next channel has it."""
    if attempts >= _TRIES or (retry_after or 0) > 60:
        return None
    return now + timedelta(seconds=retry_after or 5.0 * attempts)
