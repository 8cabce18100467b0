"""Judges a storm from what the senders know and what the database holds. Pure, so that it can be tried on false data."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from math import inf
from statistics import median

TAKEN = "200"
UNSURE = ("503", "lost")
"""Answers after which the text may be stored or not: the desk gave up waiting for its commit, or no answer came."""


@dataclass(slots=True)
class Sent:
    """One text as its sender knows it; times are seconds of one monotonic clock."""

    sid: str
    lane: str
    began: float = inf
    acknowledged: float = inf
    answers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Stored:
    """One row of the archive."""

    sid: str
    lane: str
    received_at: datetime
    event_id: int
    status: str


@dataclass(frozen=True, slots=True)
class Effect:
    """One row that the handler wrote: which it is of all, and how many of its lane were there before it."""

    sid: str
    number: int
    earlier: int
    worker: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database holds at the end. `left` are counts of what must be gone by then, by table."""

    stored: Sequence[Stored]
    effects: Sequence[Effect]
    repeats: Mapping[str, int]
    left: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every breach of a promise, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    miscounted: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)

    @property
    def breaches(self) -> list[str]:
        """All of them, each with its kind."""
        return [f"{kind.name}: {words}" for kind in fields(self) for words in getattr(self, kind.name)]


def judge(sent: Sequence[Sent], seen: Seen) -> Verdict:
    """Hold what was seen against what was sent."""
    verdict = Verdict()
    by_sid = {one.sid: one for one in sent}
    _judge_storing(by_sid, seen, verdict)
    _judge_effects(seen, verdict)
    lanes: dict[str, list[Stored]] = defaultdict(list)
    for row in seen.stored:
        lanes[row.lane].append(row)
    effects = {effect.sid: effect for effect in seen.effects}
    for rows in lanes.values():
        rows.sort(key=lambda row: (row.received_at, row.event_id))
        _judge_order_of_arrival(rows, by_sid, verdict)
        _judge_order_of_effects(rows, effects, verdict)
    _judge_counts(sent, seen.repeats, verdict)
    verdict.left_over.extend(f"{rows} in {table}" for table, rows in seen.left.items() if rows)
    verdict.left_over.extend(f"{row.sid} is {row.status}" for row in seen.stored if row.status != "done")
    return verdict


def _judge_storing(by_sid: Mapping[str, Sent], seen: Seen, verdict: Verdict) -> None:
    times = Counter(row.sid for row in seen.stored)
    for one in by_sid.values():
        if not one.answers[TAKEN]:
            verdict.lost.append(f"{one.sid} was never acknowledged")
        elif not times[one.sid]:
            verdict.lost.append(f"{one.sid} was acknowledged, and is not there")
    verdict.doubled.extend(f"{sid} is stored {n} times" for sid, n in times.items() if n > 1)
    verdict.doubled.extend(f"{sid} is stored, and nobody sent it" for sid in times.keys() - by_sid.keys())


def _judge_effects(seen: Seen, verdict: Verdict) -> None:
    times = Counter(effect.sid for effect in seen.effects)
    stored = {row.sid for row in seen.stored}
    verdict.lost.extend(f"{sid} is stored, and has no effect" for sid in sorted(stored - times.keys()))
    verdict.doubled.extend(f"{sid} took effect {n} times" for sid, n in times.items() if n > 1)
    verdict.doubled.extend(f"{sid} took effect, and is not stored" for sid in sorted(times.keys() - stored))


def _judge_order_of_arrival(rows: Sequence[Stored], by_sid: Mapping[str, Sent], verdict: Verdict) -> None:
    """What was acknowledged before another was sent has the earlier place."""
    latest, whose = -inf, ""  # of the beginnings so far
    for row in rows:
        one = by_sid.get(row.sid)
        if one is None:
            continue
        if one.acknowledged < latest:
            verdict.out_of_order.append(f"{row.sid} was acknowledged before {whose} was sent, and stands behind it")
        if one.began > latest:
            latest, whose = one.began, row.sid


def _judge_order_of_effects(rows: Sequence[Stored], effects: Mapping[str, Effect], verdict: Verdict) -> None:
    """The nth event of a lane found the effects of the n before it, and wrote behind them."""
    last = -1
    for place, row in enumerate(rows):
        if (effect := effects.get(row.sid)) is None:
            continue
        if effect.earlier != place:
            verdict.out_of_order.append(f"{row.sid} is number {place} of its lane, and found {effect.earlier} effects")
        if effect.number < last:
            verdict.out_of_order.append(f"{row.sid} took effect before one that stands before it")
        last = max(last, effect.number)


def _judge_counts(sent: Iterable[Sent], repeats: Mapping[str, int], verdict: Verdict) -> None:
    """Each answer 200 but the first was counted as a redelivery, and nothing that surely was refused was."""
    for one in sent:
        least = one.answers[TAKEN] - 1
        most = least + sum(one.answers[answer] for answer in UNSURE)
        if not least <= (counted := repeats.get(one.sid, -1)) <= most:
            verdict.miscounted.append(f"{one.sid}: {counted} redeliveries counted, {least} to {most} were answered")


@dataclass(frozen=True, slots=True)
class Begun:
    """A worker began to handle an event."""

    worker: str
    lane: str
    event_id: int
    at: float


@dataclass(frozen=True, slots=True)
class TakeOver:
    """A lane that a killed worker had in hand, and the seconds until another worker began with it."""

    lane: str
    killed_at: float
    seconds: float


def take_overs(
    kills: Sequence[tuple[str, float]], begun: Sequence[Begun], settled: Mapping[int, tuple[str, float]]
) -> list[TakeOver]:
    """For each kill (of whom, when), the lanes that it had in hand; `settled` tells by whom and when each event was."""
    story: dict[int, list[Begun]] = defaultdict(list)
    for one in sorted(begun, key=lambda one: one.at):
        story[one.event_id].append(one)
    found = []
    for killed in kills:
        first: dict[str, int] = {}  # the first event of each lane: those behind it wait for it
        for event_id, chapters in story.items():
            if _in_hand(killed, chapters, settled.get(event_id)):
                lane = chapters[0].lane
                first[lane] = min(event_id, first.get(lane, event_id))
        for lane, event_id in first.items():
            after = [one.at for one in story[event_id] if one.at > killed[1]]
            found.append(TakeOver(lane, killed[1], min(after, default=inf) - killed[1]))
    return found


def _in_hand(killed: tuple[str, float], chapters: Sequence[Begun], settled: tuple[str, float] | None) -> bool:
    """Whether it was the last to begin with the event, and so far nobody had settled it.

    Who thawed begins once more with what it lost while it was frozen: then somebody settles what he began before that.
    """
    worker, killed_at = killed
    before = [one for one in chapters if one.at <= killed_at]
    if not before or before[-1].worker != worker:
        return False
    if settled is None:
        return True
    begun_again = any(one.worker == settled[0] and one.at > killed_at for one in chapters)
    return settled[1] > killed_at and settled[0] != worker and begun_again


def spread(seconds: Sequence[float]) -> tuple[float, float]:
    """Median and largest; zeros for none."""
    return (median(seconds), max(seconds)) if seconds else (0.0, 0.0)
