"""What the figures of the last hours mean: is the alerting itself well? Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Figures", "flags"]

_DAY, _WEEK = 24.0, 168.0
_RATE, _FALSE = 0.99, 0.02
_AGAIN_AND_AGAIN = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over `hours`: notifications by type and severity, and those of the noisiest key."""

    hours: float
    sent: int
    sent_by_type: Mapping[str, int]
    sent_by_severity: Mapping[str, int]
    noisiest: tuple[str, str, int] | None
    delivery_rate: float | None
    false_positive_rate: float | None


def flags(found: Figures) -> list[str]:
    """What is out of its limits, a sentence each; empty: healthy. Over more than its span a limit grows."""
    checks = [
        _over("alerts", found.sent, 5, _DAY, "a day", found.hours),
        _over("HIGH alerts", found.sent_by_severity.get("HIGH", 0), 1, _WEEK, "a week", found.hours),
        _over("POOL_EMPTY", found.sent_by_type.get("POOL_EMPTY", 0), 1, _WEEK, "a week", found.hours),
        _over("STUCK_CLIENT", found.sent_by_type.get("STUCK_CLIENT", 0), 5, _WEEK, "a week", found.hours),
    ]
    said = [check for check in checks if check]
    if count := found.sent_by_type.get("OPENAI_FAILURE", 0):
        said.append(f"{count} OPENAI_FAILURE: there should be none.")
    if found.noisiest and found.noisiest[2] >= _AGAIN_AND_AGAIN:
        kind, key, count = found.noisiest
        said.append(f"{kind} {key} again and again: told {count} times.")
    if found.delivery_rate is not None and found.delivery_rate < _RATE:
        said.append(f"Only {found.delivery_rate:.1%} were delivered; more than 99 % should be.")
    if found.false_positive_rate is not None and found.false_positive_rate > _FALSE:
        said.append(f"{found.false_positive_rate:.1%} were false alarms; less than 2 % should be.")
    return said


def _over(what: str, count: int, limit: int, per: float, span: str, hours: float) -> str | None:
    allowed = limit * max(1.0, hours / per)
    return f"{count} {what} in {hours:g} h: more than {limit} {span}." if count > allowed else None
