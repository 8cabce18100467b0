"""What a simulation came to: of one desk, and of several together. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Outcome", "together"]

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a simulation came to. `broken` names each promise that was not kept; `spent` and `cpu` are seconds.

    `totals` say how much happened, `counts` what became of leads, texts and enrolments. The same seed gives the same
    `digest` again.
    """

    totals: Mapping[str, int]
    counts: Mapping[str, Mapping[str, int]]
    digest: str
    broken: Sequence[str]
    spent: Mapping[str, float]
    cpu: float


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of desks side by side, in their order; of one it is its own."""
    if len(outcomes) == 1:
        return outcomes[0]
    names = outcomes[0].counts
    return Outcome(
        totals=_sum([one.totals for one in outcomes]),
        counts={name: _most_first(_sum([one.counts[name] for one in outcomes])) for name in names},
        digest=hashlib.sha256("\n".join(one.digest for one in outcomes).encode()).hexdigest(),
        broken=[sentence for one in outcomes for sentence in one.broken],
        spent=_sum([one.spent for one in outcomes]),
        cpu=sum(one.cpu for one in outcomes),
    )


def _sum(parts: Sequence[Mapping[str, N]]) -> dict[str, N]:
    total: dict[str, N] = {}
    for part in parts:
        for name, count in part.items():
            total[name] = total[name] + count if name in total else count
    return total


def _most_first(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
