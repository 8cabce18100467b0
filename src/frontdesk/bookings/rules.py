"""The decisions of the bookings' room: which times are free, and why one is not. Pure.

A slot begins a whole number of steps after an opening, by elapsed time: on a day when the clocks change, no hour of it
is offered twice and none that does not exist.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from frontdesk.bookings.model import NotBookable, SlotRules
from frontdesk.hours import OpeningHours, spans

__all__ = ["free_slots", "not_bookable", "slots_of"]

Span = tuple[datetime, datetime]


def slots_of(hours: OpeningHours, day: date, zone: ZoneInfo, rules: SlotRules) -> Iterator[datetime]:
    """The beginnings, in UTC, of all appointments that fit into the opening hours of a local day."""
    for begin, end in spans(hours, day, zone):
        start = begin
        while start + rules.length <= end:
            yield start
            start += rules.step


def free_slots(
    hours: OpeningHours,
    zone: ZoneInfo,
    taken: Sequence[Span],
    rules: SlotRules,
    *,
    now: datetime,
    limit: int,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[datetime]:
    """The next `limit` beginnings of appointments that overlap nothing `taken`, in order, in UTC.

    None begins before `since` or the least notice, nor at `until` or beyond the horizon. `taken` may be in any order.
    """
    first = max(now + rules.notice, since or now)
    last = min(now + rules.horizon, until or now + rules.horizon)
    busy = sorted(taken)
    free = (
        start
        for start in _starts(hours, zone, rules, first, last)
        if not any(begin < start + rules.length and start < end for begin, end in busy)
    )
    return list(islice(free, limit))


def _starts(
    hours: OpeningHours, zone: ZoneInfo, rules: SlotRules, first: datetime, last: datetime
) -> Iterator[datetime]:
    day = first.astimezone(zone).date()
    final = last.astimezone(zone).date()
    while day <= final:
        yield from (start for start in slots_of(hours, day, zone, rules) if first <= start <= last)
        day += timedelta(days=1)


def not_bookable(
    hours: OpeningHours, zone: ZoneInfo, start: datetime, rules: SlotRules, *, now: datetime
) -> NotBookable | None:
    """Why no appointment can begin at `start`, whatever else is booked; None where one can."""
    if start <= now:
        return NotBookable.PAST
    if start < now + rules.notice:
        return NotBookable.TOO_SOON
    if start > now + rules.horizon:
        return NotBookable.TOO_FAR
    day = start.astimezone(zone).date()
    if start in slots_of(hours, day, zone, rules):
        return None
    inside = any(begin <= start and start + rules.length <= end for begin, end in spans(hours, day, zone))
    return NotBookable.OFF_STEP if inside else NotBookable.CLOSED
