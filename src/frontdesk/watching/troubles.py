"""What of the desk's own state is trouble, and what a person does first. Pure: facts in, alerts out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.effects import Alert, Severity
from frontdesk.setting_watch import MonitorSettings

__all__ = ["TYPES", "Counted", "Facts", "alerts_of"]

TYPES = ("DEAD_LETTERS", "OUTBOX_STALLED", "PROVIDER_DOWN", "UNKNOWN_SENDS", "WORKER_DOWN")
"""The types of alert that are raised and resolved here."""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of something by its name, since when, and what is said of it."""

    name: str
    count: int
    since: datetime
    said: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read. `worker_at` is lease time, all else business time."""

    letters: Sequence[Counted] = ()
    stalled: Sequence[Counted] = ()
    down: Sequence[Counted] = ()
    unknown: Sequence[Counted] = ()
    worker_at: datetime | None = None


def alerts_of(facts: Facts, limits: MonitorSettings, *, now: datetime, lease_now: datetime) -> Iterator[Alert]:
    """Every condition that holds, each with what to do first."""
    if sum(one.count for one in facts.letters) >= limits.dead_letters:
        for one in facts.letters:
            yield Alert(
                "DEAD_LETTERS",
                one.name,
                Severity.MEDIUM,
                f"{one.name}: {_number(one.count, 'dead letter')}",
                f"No retry could help them, the oldest died {_age(one.since, now)} ago. See what failed with "
                "`frontdesk events dead`, mend the cause, then `frontdesk events replay`.",
            )
    for one in facts.stalled:
        yield Alert(
            "OUTBOX_STALLED",
            one.name,
            Severity.HIGH,
            f"{one.name}: nothing goes out",
            f"The oldest message that may go is late by {_age(one.since, now)}. Is a worker alive "
            "(`frontdesk status`), and what do `frontdesk outbox numbers` and `frontdesk outbox switches` say?",
        )
    for one in facts.down:
        yield Alert(
            "PROVIDER_DOWN",
            one.name,
            Severity.HIGH,
            f"{one.name}: does not work",
            f"Nothing is sent through it and messages wait, since {_age(one.since, now)}: {one.said or 'no answer'}. "
            "Look at its status page, and at the account's credentials and balance; it is asked again by itself.",
        )
    if sum(one.count for one in facts.unknown) >= limits.unknown_sends:
        for one in facts.unknown:
            yield Alert(
                "UNKNOWN_SENDS",
                one.name,
                Severity.MEDIUM,
                f"{one.name}: {_number(one.count, 'send')} to decide",
                "They may or may not have been sent, and nothing else can tell. Find them with `frontdesk outbox list "
                "--needs-a-person`, look at the carrier's log, then `frontdesk outbox resolve`.",
            )
    gone = timedelta(seconds=limits.worker_gone_seconds)
    if facts.worker_at is None or lease_now - facts.worker_at > gone:
        seen = f"for {_age(facts.worker_at, lease_now)}" if facts.worker_at else "lately"
        yield Alert(
            "WORKER_DOWN",
            "worker",
            Severity.HIGH,
            "worker: none is alive",
            f"No worker was seen {seen}: webhooks are kept and not handled, nothing is sent. Start "
            "`frontdesk worker` or `frontdesk up`; what waits is handled then.",
        )


def _number(count: int, one: str) -> str:
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


def _age(since: datetime, now: datetime) -> str:
    seconds = max(0, int((now - since).total_seconds()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
