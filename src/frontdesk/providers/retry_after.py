"""The `Retry-After` header, as RFC 9110 section 10.2.3 writes it: whole seconds or a date."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["delay_seconds", "parse_http_date", "parse_retry_after"]

SHORTEST = 0.5
LONGEST = 3600.0


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait from `now`, 0 for a date that has passed; None where the header says nothing usable.

    Only ASCII digits count as seconds: no sign, no fraction (RFC 9110). Dates may be of all three HTTP forms.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:18])
    moment = parse_http_date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def delay_seconds(headers: Mapping[str, str], default: float) -> float:
    """How long an answer asks us to stay away: its `Retry-After`, else `default`; kept between 0.5 s and an hour.

    A date is measured against the answer's own `Date`, so that a skewed clock of ours does not matter.
    """
    now = parse_http_date(headers.get("date", "")) or datetime.now(UTC)
    asked = parse_retry_after(headers.get("retry-after"), now)
    return min(max(default if asked is None else asked, SHORTEST), LONGEST)


def parse_http_date(text: str) -> datetime | None:
    """An HTTP date (IMF-fixdate, RFC 850 or asctime) as an aware time; None where it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
