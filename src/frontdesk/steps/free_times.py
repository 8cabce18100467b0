"""When a client can be booked: its opening hours, its rules for appointments, what is taken already."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import ValidationError

from frontdesk.bookings import store as bookings
from frontdesk.bookings.model import SlotRules
from frontdesk.bookings.rules import free_slots
from frontdesk.db.pool import Tx
from frontdesk.hours import OpeningHours
from frontdesk.setting_channels import BookingSettings
from frontdesk.steps.facts import hours_for
from frontdesk.tools import ToolCall

__all__ = ["hours_of", "next_free", "rules_for"]

log = structlog.get_logger(__name__)


def hours_of(call: ToolCall) -> OpeningHours:
    """The opening hours of the client that was called."""
    return hours_for(call.client.settings, call.settings.hours)


def rules_for(call: ToolCall) -> SlotRules:
    """The rules for appointments with the client that was called."""
    own = _own_settings(call.client.settings.get("booking"), call.settings.booking)
    return SlotRules(
        length=timedelta(minutes=own.slot_minutes),
        step=timedelta(minutes=own.step_minutes),
        notice=timedelta(minutes=own.notice_minutes),
        horizon=timedelta(days=own.horizon_days),
    )


async def next_free(
    tx: Tx, call: ToolCall, *, limit: int, since: datetime | None = None, until: datetime | None = None
) -> list[datetime]:
    """The next free times between two moments, in UTC; without them, from now to the horizon."""
    rules = rules_for(call)
    standing = await bookings.standing(
        tx, call.client.id, since=call.now, until=call.now + rules.horizon + rules.length
    )
    taken = [(one.starts_at, one.ends_at) for one in standing]
    span = {"since": since, "until": until}
    return free_slots(hours_of(call), call.timezone, taken, rules, now=call.now, limit=limit, **span)


def _own_settings(own: Any, defaults: BookingSettings) -> BookingSettings:
    try:
        return BookingSettings(**{**defaults.model_dump(), **(own if isinstance(own, Mapping) else {})})
    except (ValidationError, TypeError) as error:
        # Written by hand, wrongly: the desk's own hold, and callers can still book.
        log.error("client_booking_settings_not_valid", booking=str(own), error=str(error))
        return defaults
