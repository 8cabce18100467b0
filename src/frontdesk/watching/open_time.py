"""How much of a time a business was open. Pure; right over nights, weekends and changes of summer time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from frontdesk.hours import OpeningHours, spans

__all__ = ["OpenClock"]

_DAY, _NONE = timedelta(days=1), timedelta()
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class OpenClock:
    """The clock of one business, which stands still while it is closed. Made once, and asked for many times.

    A business that is never open would never be waited for too long: its clock goes on like the one on the wall. What
    was reckoned is kept: most clients entered on the same few days, and all are asked about the same moment.
    """

    def __init__(self, hours: OpeningHours, zone: ZoneInfo) -> None:
        self._hours = hours
        self._zone = zone
        self._never_open = not any(hours.week)
        self._spans: dict[date, list[tuple[datetime, datetime]]] = {}
        self._until: datetime | None = None
        self._of_last = _NONE
        self._last = self._first = date.min
        self._from: dict[date, timedelta] = {}  # open time of whole days, from one up to the last, by the first

    def between(self, since: datetime, until: datetime) -> timedelta:
        """The open time from `since` to `until`; none where that is no time."""
        if until <= since:
            return _NONE
        if self._never_open:
            return until - since
        if until != self._until:
            self._ask_until(until)
        day = since.astimezone(self._zone).date()
        if day == self._last:
            return self._within(day, since, until)
        return self._within(day, since, until) + self._days_from(day + _DAY) + self._of_last

    def _ask_until(self, until: datetime) -> None:
        self._until, last = until, until.astimezone(self._zone).date()
        self._of_last = self._within(last, _LONG_AGO, until)
        if last != self._last:
            self._last = self._first = last
            self._from = {last: _NONE}

    def _within(self, day: date, since: datetime, until: datetime) -> timedelta:
        spent = _NONE
        for begin, end in self._spans_of(day):
            if end > since and begin < until:
                spent += (end if end < until else until) - (begin if begin > since else since)
        return spent

    def _days_from(self, day: date) -> timedelta:
        """The open time of whole days from this one on, the last not among them."""
        while self._first > day:
            spent = self._from[self._first]
            self._first -= _DAY
            self._from[self._first] = spent + sum((end - begin for begin, end in self._spans_of(self._first)), _NONE)
        return self._from[day]

    def _spans_of(self, day: date) -> list[tuple[datetime, datetime]]:
        if day not in self._spans:
            self._spans[day] = list(spans(self._hours, day, self._zone))
        return self._spans[day]
