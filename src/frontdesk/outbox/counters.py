"""How many texts a lead got: the hand-queried columns of `leads`, counted in the lead's own days. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["Counters", "Limits", "consume", "local_day", "next_midnight"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of texts per lead that hold for one client."""

    seconds_between: float
    per_day: int
    replies_per_day: int
    strict: bool


@dataclass(frozen=True, slots=True)
class Counters:
    """What was sent to a lead: the hand-queried columns of `leads`."""

    last_sms_at: datetime | None = None
    sms_count_today: int = 0
    sms_count_reset_at: datetime | None = None

    def today(self, now: datetime) -> int:
        """Texts on the lead's present local day."""
        return 0 if self.sms_count_reset_at is None or now >= self.sms_count_reset_at else self.sms_count_today


def consume(counters: Counters, now: datetime, timezone: str) -> Counters:
    """The counters after one more text at `now`; every text counts, whatever its class."""
    return Counters(now, counters.today(now) + 1, next_midnight(now, timezone))


def next_midnight(now: datetime, timezone: str) -> datetime:
    """The end of the local day that `now` lies in, in UTC; right over changes of summer time."""
    tomorrow = now.astimezone(ZoneInfo(timezone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(timezone)).astimezone(UTC)


def local_day(now: datetime, timezone: str) -> str:
    """The local date that `now` lies in, ISO 8601."""
    return now.astimezone(ZoneInfo(timezone)).date().isoformat()
