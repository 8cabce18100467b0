"""The judge of sends sees every breach; on what went as it should it is silent."""

from dataclasses import replace

import pytest
from sends_oracle import Limits, Meant, Went, judge_sends

LIMITS = Limits(per_second=1, per_minute=4, seconds_between=3, unasked_a_day=2, texts_a_day=3)
ROWS = [Meant(f"m{n}", "+1", None, False, 1, "SENT") for n in range(4)]
HEARD = [Went(f"m{n}", n * 1.1) for n in range(4)]


def lead(*statuses: str, unasked: bool = False) -> list[Meant]:
    """Messages to one lead, each from a number of its own."""
    return [Meant(f"m{n}", f"+{n}", 7, unasked, 1, status) for n, status in enumerate(statuses)]


def moments(*at: float) -> list[Went]:
    return [Went(f"m{n}", moment) for n, moment in enumerate(at)]


def test_what_went_as_it_should_is_no_breach() -> None:
    assert judge_sends(ROWS, HEARD, LIMITS, early=0) == []
    assert judge_sends(ROWS, [*HEARD, Went("m0", 9, accepted=False)], replace(LIMITS, per_minute=5), early=0) == []
    assert judge_sends([replace(ROWS[0], status="BLOCKED"), *ROWS[1:]], HEARD[1:], LIMITS, early=0) == []
    assert judge_sends(lead("SENT", "SENT", "SENT", "BLOCKED"), moments(0, 3, 6), LIMITS, early=0) == []


CASES = {
    "doubled: m0 came 2 times": (ROWS, [*HEARD, Went("m0", 9)]),
    "lost: m3 is SENT and never came": (ROWS, HEARD[:3]),
    "doubled: m3 is BLOCKED and came all the same": ([*ROWS[:3], replace(ROWS[3], status="BLOCKED")], HEARD),
    "doubled: m9 is nobody's": (ROWS, [*HEARD, Went("m9", 9)]),
    "left over: m3 is UNKNOWN": ([*ROWS[:3], replace(ROWS[3], status="UNKNOWN")], HEARD),
    "too fast: +1 sent 1 segments and the next 0.900 s later": (ROWS, [*HEARD[:3], Went("m3", 3.1)]),
    "too fast: +1 sent 3 segments and the next 2.900 s later": (
        [replace(ROWS[0], segments=2), *ROWS[1:]],
        moments(0, 2, 2.9, 5),
    ),
    "too many: +1 sent 5 segments in a minute": ([*ROWS[:3], replace(ROWS[3], segments=2)], HEARD),
    "too soon: lead 7 got m1 2.900 s after m0": (lead("SENT", "SENT"), moments(0, 2.9)),
    "too often: lead 7 got 4 texts in a day": (lead(*["SENT"] * 4), moments(0, 10, 20, 30)),
    "too often: lead 7 got m2 unasked as number 3 of its day": (lead(*["SENT"] * 3, unasked=True), moments(0, 10, 20)),
}


@pytest.mark.parametrize("breach", CASES)
def test_the_judge_of_sends_sees(breach: str) -> None:
    meant, heard = CASES[breach]
    assert breach in judge_sends(meant, heard, LIMITS, early=0)
