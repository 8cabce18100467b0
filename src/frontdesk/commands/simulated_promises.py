"""Which promises of the desk were broken in a simulation, judged from what its carrier saw and how the desk stands.

Pure, and apart from the desk's own rules on purpose: nothing of the gate, of quiet hours or of the counters is used
here. A text is prompted where its reader wrote within the ten minutes before it; all others are unprompted.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

__all__ = ["End", "Heard", "LeftOver", "Rules", "Seen", "Stand", "broken_promises"]

_PROMPTED = timedelta(minutes=10)
_LAST_WORD = timedelta(minutes=5)  # within which a confirmation follows what it confirms
_ACTIVE = ("new", "qualifying", "qualified")


@dataclass(frozen=True, slots=True)
class Rules:
    """What was promised to every lead."""

    quiet_from: time = time(21)
    quiet_until: time = time(8)
    seconds_between: float = 60
    unprompted_a_day: int = 5
    replies_a_day: int = 20
    expires_days: int = 30


@dataclass(frozen=True, slots=True)
class Heard:
    """Something a lead did: `leaves` and `returns` by any words, `hands_over` where a person was asked for."""

    at: datetime
    leaves: bool = False
    returns: bool = False
    hands_over: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One text that the carrier took. `step`: which step of which enrolment it is, if any."""

    at: datetime
    step: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """How a lead stands at the end; `zone` is where they are, `day_zone` whose midnight their limits go by."""

    zone: str
    day_zone: str
    status: str | None
    closed_reason: str | None = None
    closed_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A row of the ledger that is not settled."""

    phone: str
    status: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class End:
    """Everything that is judged, by the leads' numbers."""

    at: datetime
    heard: Mapping[str, Sequence[Heard]]
    seen: Mapping[str, Sequence[Seen]]
    leads: Mapping[str, Stand]
    left_over: Sequence[LeftOver] = ()


def broken_promises(end: End, rules: Rules) -> list[str]:
    """A sentence for each promise that was not kept; empty is good."""
    broken: list[str] = []
    for phone, stand in end.leads.items():
        heard = sorted(end.heard.get(phone, ()), key=lambda one: one.at)
        seen = sorted(end.seen.get(phone, ()), key=lambda one: one.at)
        found = [
            *_steps(seen),
            *_after_stop(heard, seen),
            *_at_night(heard, seen, stand, rules),
            *_too_many(heard, seen, stand, rules),
            *_ended(stand, end.at, rules),
        ]
        broken += [f"{phone}: {sentence}" for sentence in found]
    for row in end.left_over:
        if row.due_at <= end.at or row.status != "PENDING":
            broken.append(f"{row.phone}: a text is still {row.status}, due {row.due_at:%Y-%m-%d %H:%M}")
    return broken


def _steps(seen: Sequence[Seen]) -> Iterator[str]:
    counts: dict[tuple[str, int], int] = defaultdict(int)
    for one in seen:
        if one.step is not None:
            counts[one.step] += 1
    for (enrolment, step), times in counts.items():
        if times > 1:
            yield f"step {step} of enrolment {enrolment} went {times} times"


def _after_stop(heard: Sequence[Heard], seen: Sequence[Seen]) -> Iterator[str]:
    """After the lead left, or was handed over: one confirmation soon after, and nothing else.

    One who has a person may leave as well, and that is confirmed.
    """
    left = [one.at for one in heard if one.leaves]
    for word, begins in (("opt-out", "leaves"), ("hand-over", "hands_over")):
        since: datetime | None = None
        allowed = 0
        for at, what in _in_order(heard, seen):
            if isinstance(what, Heard):
                if getattr(what, begins):
                    since, allowed = at, allowed if since is not None else 1
                elif what.returns and begins == "leaves":
                    since = None
            elif since is not None:
                if allowed and at - since <= _LAST_WORD:
                    allowed -= 1
                elif begins == "hands_over" and any(one <= at <= one + _LAST_WORD for one in left):
                    left = [one for one in left if one > at]
                else:
                    yield f"a text at {at:%Y-%m-%d %H:%M} UTC, after the {word} at {since:%Y-%m-%d %H:%M}"


def _in_order(heard: Sequence[Heard], seen: Sequence[Seen]) -> list[tuple[datetime, Heard | Seen]]:
    """At one moment follow-ups go first, then the lead is heard, then answered."""
    both: list[tuple[datetime, int, Heard | Seen]] = [(one.at, 1, one) for one in heard]
    both += [(one.at, 2 if one.step is None else 0, one) for one in seen]
    return [(at, one) for at, _, one in sorted(both, key=lambda entry: entry[:2])]


def _prompted(heard: Sequence[Heard], at: datetime) -> bool:
    return any(one.at <= at <= one.at + _PROMPTED for one in heard)


def _at_night(heard: Sequence[Heard], seen: Sequence[Seen], stand: Stand, rules: Rules) -> Iterator[str]:
    if rules.quiet_from == rules.quiet_until:
        return
    for one in seen:
        local = one.at.astimezone(ZoneInfo(stand.zone)).time()
        night = local >= rules.quiet_from or local < rules.quiet_until
        if rules.quiet_from < rules.quiet_until:
            night = rules.quiet_from <= local < rules.quiet_until
        if night and (one.step is not None or not _prompted(heard, one.at)):
            yield f"an unprompted text at {local:%H:%M} in {stand.zone}"


def _too_many(heard: Sequence[Heard], seen: Sequence[Seen], stand: Stand, rules: Rules) -> Iterator[str]:
    """The minute and the day. A text that follows an opt-out is its confirmation, which no limit holds up."""
    today: dict[str, int] = defaultdict(int)
    last: datetime | None = None
    for one in seen:
        day = f"{one.at.astimezone(ZoneInfo(stand.day_zone)):%Y-%m-%d}"
        prompted = one.step is None and _prompted(heard, one.at)
        confirms = any(word.leaves and word.at <= one.at <= word.at + _LAST_WORD for word in heard)
        ceiling = rules.replies_a_day if prompted else rules.unprompted_a_day
        if today[day] >= ceiling and not confirms:
            yield f"text {today[day] + 1} on {day}, where {ceiling} is the limit"
        if last is not None and (one.at - last).total_seconds() < rules.seconds_between and not confirms:
            yield f"two texts within {(one.at - last).total_seconds():g} s at {one.at:%Y-%m-%d %H:%M} UTC"
        today[day] += 1
        last = one.at


def _ended(stand: Stand, now: datetime, rules: Rules) -> Iterator[str]:
    reason = f"Sequence expired ({rules.expires_days} days)"
    if stand.status is None:
        yield "the lead is gone"
    if stand.status in _ACTIVE and stand.expires_at is None:
        yield f"{stand.status}, and without an end"
    if stand.status in _ACTIVE and stand.expires_at is not None and stand.expires_at <= now:
        yield f"still {stand.status}, though its time was over on {stand.expires_at:%Y-%m-%d %H:%M}"
    if stand.status == "lost" and stand.closed_reason != reason:
        yield f"lost for the reason {stand.closed_reason!r}, not {reason!r}"
    early = stand.expires_at is None or (stand.closed_at is not None and stand.closed_at < stand.expires_at)
    if stand.status == "lost" and early:
        yield "lost before its time was over"
