"""How much of a time a business was open. Pure; right over nights, weekends and changes of summer time."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from frontdesk.hours import OpeningHours, spans

__all__ = ["OpenClock"]

_DAY = timedelta(days=1)


class OpenClock:
    """The clock of one business, which stands still while it is closed. Made once, and asked for many times.

    A business that is never open would never be waited for too long: its clock goes on like the one on the wall.
    """

    def __init__(self, hours: OpeningHours, zone: ZoneInfo) -> None:
        self._hours = hours
        self._zone = zone
        self._never_open = not any(hours.week)
        self._spans: dict[date, list[tuple[datetime, datetime]]] = {}
        self._whole: dict[date, timedelta] = {}

    def between(self, since: datetime, until: datetime) -> timedelta:
        """The open time from `since` to `until`; none where that is no time."""
        if self._never_open:
            return max(until - since, timedelta())
        day, last = since.astimezone(self._zone).date(), until.astimezone(self._zone).date()
        if day >= last:
            return self._within(day, since, until) if day == last else timedelta()
        spent = self._within(day, since, until) + self._within(last, since, until)
        while (day := day + _DAY) < last:
            spent += self._whole_day(day)
        return spent

    def _within(self, day: date, since: datetime, until: datetime) -> timedelta:
        parts = (min(end, until) - max(begin, since) for begin, end in self._spans_of(day))
        return sum((part for part in parts if part > timedelta()), timedelta())

    def _whole_day(self, day: date) -> timedelta:
        if day not in self._whole:
            self._whole[day] = sum((end - begin for begin, end in self._spans_of(day)), timedelta())
        return self._whole[day]

    def _spans_of(self, day: date) -> list[tuple[datetime, datetime]]:
        if day not in self._spans:
            self._spans[day] = list(spans(self._hours, day, self._zone))
        return self._spans[day]
