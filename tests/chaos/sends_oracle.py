"""Judges what the carrier got against what was to be sent. Pure, so that it can be tried on false data."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from frontdesk.outbox.model import LedgerStatus

TRANSPORT = 1.0
"""Seconds by which one request may be quicker on its way than another, where a machine is as busy as in a storm."""
WENT = (LedgerStatus.SENT, LedgerStatus.DELIVERED)
STAYED = (LedgerStatus.BLOCKED, LedgerStatus.CANCELLED)

CLOCKS = 0.05
"""Seconds by which the carrier's clock and the desk's measured one may differ."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What was promised: of a number, segments a second and a minute; of a lead, seconds between and texts a day."""

    per_second: float
    per_minute: int
    seconds_between: float
    unasked_a_day: int
    texts_a_day: int


@dataclass(frozen=True, slots=True)
class Meant:
    """One ledger row at the end; `token` stands in its text and in no other."""

    token: str
    number: str
    lead: int | None
    unasked: bool
    segments: int
    status: str


@dataclass(frozen=True, slots=True)
class Went:
    """One request as the carrier heard it, or one attempt as the ledger noted it, on one clock in seconds.

    `accepted` is false for what made no message.
    """

    token: str
    at: float
    accepted: bool = True


@dataclass(slots=True)
class Findings:
    """Every breach of a promise, in words."""

    breaches: list[str] = field(default_factory=list)

    def say(self, kind: str, words: str) -> None:
        """Note one."""
        self.breaches.append(f"{kind}: {words}")


def judge_sends(meant: Sequence[Meant], heard: Iterable[Went], limits: Limits, early: float = TRANSPORT) -> list[str]:
    """What is wrong with what the carrier heard; `early` seconds are forgiven."""
    findings, heard = Findings(), sorted(heard, key=lambda one: one.at)
    by_token = {row.token: row for row in meant}
    times = Counter(one.token for one in heard if one.accepted)
    for row in meant:
        if row.status not in (*WENT, *STAYED):
            findings.say("left over", f"{row.token} is {row.status}")
        if times[row.token] > 1:
            findings.say("doubled", f"{row.token} came {times[row.token]} times")
        if row.status in WENT and not times[row.token]:
            findings.say("lost", f"{row.token} is {row.status} and never came")
        if row.status in STAYED and times[row.token]:
            findings.say("doubled", f"{row.token} is {row.status} and came all the same")
    for token in times.keys() - by_token.keys():
        findings.say("doubled", f"{token} is nobody's")
    judge_numbers(by_token, heard, limits, early, findings)
    judge_leads(by_token, heard, limits, findings)
    return findings.breaches


def judge_numbers(
    by_token: Mapping[str, Meant], heard: Iterable[Went], limits: Limits, early: float, findings: Findings
) -> None:
    """No number sends a message before the segments of the one before had their time, nor too much in any minute."""
    numbers: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for one in heard:
        row = by_token.get(one.token)
        if row is not None:
            numbers[row.number].append((one.at, row.segments))
    for number, sent in numbers.items():
        for first, (begin, _) in enumerate(sent):
            before = 0
            for (_, segments), (then, _) in pairwise(sent[first:]):
                before += segments
                if then - begin < before / limits.per_second - early:
                    findings.say("too fast", f"{number} sent {before} segments and the next {then - begin:.3f} s later")
        for begin, _ in sent:
            in_the_minute = sum(n for at, n in sent if begin <= at < begin + 60 - early)
            if in_the_minute > limits.per_minute:
                findings.say("too many", f"{number} sent {in_the_minute} segments in a minute")


def judge_leads(by_token: Mapping[str, Meant], heard: Iterable[Went], limits: Limits, findings: Findings) -> None:
    """No lead gets texts too close to each other, nor too many in a day (all of this is one day).

    Nothing is forgiven for the way but a difference of clocks: the next text waits until the one before was answered.
    """
    leads: dict[int, list[Went]] = defaultdict(list)
    for one in heard:
        row = by_token.get(one.token)
        if row is not None and row.lead is not None and one.accepted:
            leads[row.lead].append(one)
    for lead, got in leads.items():
        for one, then in pairwise(got):
            if then.at - one.at < limits.seconds_between - CLOCKS:
                findings.say("too soon", f"lead {lead} got {then.token} {then.at - one.at:.3f} s after {one.token}")
        if len(got) > limits.texts_a_day:
            findings.say("too often", f"lead {lead} got {len(got)} texts in a day")
        for place, one in enumerate(got):
            if by_token[one.token].unasked and place >= limits.unasked_a_day:
                findings.say("too often", f"lead {lead} got {one.token} unasked as number {place + 1} of its day")
