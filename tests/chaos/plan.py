"""What a storm is to be, and what is told of it afterwards."""

import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from desk_process import LEASE
from oracle import TakeOver, Verdict, spread

from frontdesk.simulator import SimulatedMessage

LIMIT = LEASE + 2
"""Seconds after which a killed worker's lanes must be in another's hand."""
TEXTS = ("Hi", "Ada Lovelace", "a leaking tap", "any morning")
REPLIES = ("What's your name", "What can we help", "Anything we should know", "Thank you, Ada!")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything. The same seed sends the same texts, and strikes the same processes in the same order."""

    seed: int
    events: int = 2000
    lanes: int = 200
    seconds: float = 45
    handler: str = "effects"
    restarts: Sequence[signal.Signals] = (signal.SIGKILL, signal.SIGINT)
    strikes: tuple[float, float] = (1.0, 2.0)
    """A process is killed, or a worker frozen, so many seconds after the one before."""
    only_kills: bool = False
    """Kill workers one at a time, and do nothing else: what they had in hand is in another's within LIMIT."""
    patience: float = 120
    """Seconds that the desk gets to finish when all is calm again."""


def seed_of_today() -> int:
    """FRONTDESK_CHAOS_SEED, to repeat a storm, or a new one."""
    return int(os.environ.get("FRONTDESK_CHAOS_SEED") or random.randrange(10**6))


def calm_kills(seed: int) -> Plan:
    """Workers killed one at a time, each time with the others alive and nothing else in their way."""
    seldom = (LIMIT + 0.5, LIMIT + 1)
    return Plan(seed, events=600, lanes=60, seconds=25, restarts=(), strikes=seldom, only_kills=True)


@dataclass(slots=True)
class Report:
    """What a storm was, and what came of it."""

    plan: Plan
    verdict: Verdict
    redelivered: int
    answers: Counter[str]
    kills: int
    freezes: int
    restarts: int
    taken_over: list[TakeOver]
    replies: int = 0
    for_a_person: int = 0
    """Sends of which even the second got lost: the desk asks nobody a third time, and a person gives them up."""
    ledger: dict[str, int] = field(default_factory=dict)
    faults: int = 0
    seconds: float = 0.0

    @property
    def breaches(self) -> list[str]:
        """Every broken promise in words; a late take-over too, where there always was another worker to take over."""
        late = [one for one in self.taken_over if one.seconds > LIMIT] if self.plan.only_kills else []
        return self.verdict.breaches + [f"late: {one.lane} was taken over after {one.seconds:.1f} s" for one in late]

    def table(self) -> str:
        """The report for people."""
        p50, longest = spread([one.seconds for one in self.taken_over])
        rows: list[tuple[str, Any]] = [
            ("seed", self.plan.seed),
            ("seconds", f"{self.seconds:.0f}"),
            ("events, in so many lanes", f"{self.plan.events:,} in {self.plan.lanes:,}"),
            ("redelivered", f"{self.redelivered:,}"),
            ("answers", ", ".join(f"{n:,} × {answer}" for answer, n in self.answers.most_common())),
            ("kill -9", self.kills),
            ("frozen longer than the lease", self.freezes),
            ("database restarts", self.restarts),
            ("replies at the carrier", f"{self.replies:,}" if self.plan.handler == "texts" else "-"),
            ("faults at the carrier", self.faults or "-"),
            ("sends left to a person", self.for_a_person or "-"),
            ("ledger", ", ".join(f"{n:,} {status}" for status, n in self.ledger.items()) or "-"),
            ("lost", len(self.verdict.lost)),
            ("doubled", len(self.verdict.doubled)),
            ("out of order", len(self.verdict.out_of_order)),
            ("miscounted", len(self.verdict.miscounted)),
            ("left over", len(self.verdict.left_over)),
            ("lanes taken over", f"{len(self.taken_over)}: p50 {p50:.2f} s, longest {longest:.2f} s"),
        ]
        return "\n".join(f"{name:<34}{value}" for name, value in rows)


def judge_replies(
    phones: Sequence[str],
    sent: Sequence[SimulatedMessage],
    given_up: Sequence[tuple[str, str]],
    ledger: Mapping[str, int],
    verdict: Verdict,
) -> None:
    """Each lead got each reply once, in order, but for those (phone, body) given up; and nothing stayed unknown."""
    got: dict[str, list[str]] = defaultdict(list)
    for message in sent:
        got[message.to].append(message.body)
    for phone in phones:
        missing = [body for other, body in given_up if other == phone]
        expected = [reply for reply in REPLIES if not any(reply in body for body in missing)]
        bodies = got[phone]
        if len(bodies) > min(len(set(bodies)), len(expected)):
            verdict.doubled.append(f"{phone} got {len(bodies)} replies: {bodies}")
        elif len(bodies) < len(expected):
            verdict.lost.append(f"{phone} got {len(bodies)} replies: {bodies}")
        elif any(reply not in body for reply, body in zip(expected, bodies, strict=True)):
            verdict.out_of_order.append(f"{phone} got {bodies}")
    settled = {"SENT": None, "DELIVERED": None, "CANCELLED": len(given_up)}
    verdict.left_over.extend(
        f"{n} messages are {status}" for status, n in ledger.items() if settled.get(status, 0) not in (None, n)
    )
