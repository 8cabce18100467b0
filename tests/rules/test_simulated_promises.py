"""The judge of simulations: a sound end is praised, and each false one is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.commands.simulated_promises import End, Heard, LeftOver, Rules, Seen, Stand, broken_promises

NOON = datetime(2026, 10, 20, 16, tzinfo=UTC)  # in New York
NIGHT = datetime(2026, 10, 21, 3, tzinfo=UTC)  # 23:00 there
LAST = datetime(2026, 11, 9, tzinfo=UTC)
PHONE = "+12125550001"
STAND = Stand("America/New_York", "America/New_York", "qualifying", expires_at=LAST + timedelta(days=1))
LOST = Stand(
    "America/New_York", "America/New_York", "lost", "Sequence expired (30 days)", LAST, expires_at=LAST
)  # fmt: skip
SOON = timedelta(seconds=3)
DAY = timedelta(days=1)


def found(
    *,
    heard: list[Heard] | None = None,
    seen: list[Seen] | None = None,
    stand: Stand = STAND,
    left_over: list[LeftOver] | None = None,
) -> list[str]:
    return broken_promises(
        End(LAST, {PHONE: heard or []}, {PHONE: seen or []}, {PHONE: stand}, left_over or []), Rules()
    )


WROTE = Heard(NOON)
STEP = Seen(NOON + DAY, ("7", 0))
OTHER_STEP = Seen(NOON + 4 * DAY, ("7", 1))
LEFT = Heard(NOON + 2 * DAY, leaves=True)


@pytest.mark.parametrize(
    "sound",
    [
        {},
        {"heard": [WROTE], "seen": [Seen(NOON + SOON), STEP, OTHER_STEP]},
        {"heard": [WROTE, LEFT], "seen": [Seen(NOON + SOON), STEP, Seen(LEFT.at)]},
        {"heard": [LEFT, Heard(LEFT.at + DAY, returns=True)], "seen": [Seen(LEFT.at + DAY + SOON)]},
        {"heard": [Heard(NIGHT)], "seen": [Seen(NIGHT + SOON)]},
        {"heard": [Heard(NOON, hands_over=True)], "seen": [Seen(NOON + SOON)]},
        {"heard": [Heard(NOON, hands_over=True), Heard(NOON + DAY, leaves=True)],
         "seen": [Seen(NOON + SOON), Seen(NOON + DAY + SOON)]},
        {"stand": LOST},
        {"stand": replace(STAND, status="booked", expires_at=None)},
        {"left_over": [LeftOver(PHONE, "PENDING", LAST + DAY)]},
        {"heard": [Heard(NOON + timedelta(minutes=n)) for n in range(20)],
         "seen": [Seen(NOON + timedelta(minutes=n) + SOON) for n in range(20)]},
    ],
)  # fmt: skip
def test_a_sound_end_breaks_no_promise(sound: dict[str, list[Heard]]) -> None:
    assert found(**sound) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("false", "words"),
    [
        ({"seen": [STEP, Seen(NOON + 2 * DAY, ("7", 0))]}, "step 0 of enrolment 7 went 2 times"),
        ({"heard": [LEFT], "seen": [OTHER_STEP]}, "after the opt-out"),
        ({"heard": [LEFT], "seen": [Seen(LEFT.at + SOON), Seen(LEFT.at + 70 * SOON)]}, "after the opt-out"),
        ({"heard": [LEFT, Heard(LEFT.at + DAY)], "seen": [Seen(LEFT.at + DAY + SOON)]}, "after the opt-out"),
        ({"heard": [LEFT, replace(LEFT, at=LEFT.at + DAY)],
          "seen": [Seen(LEFT.at), Seen(LEFT.at + DAY + SOON)]}, "after the opt-out"),
        ({"heard": [Heard(NOON, hands_over=True), Heard(NOON + DAY)],
          "seen": [Seen(NOON + SOON), Seen(NOON + DAY + SOON)]}, "after the hand-over"),
        ({"heard": [Heard(NOON, hands_over=True), Heard(NOON + DAY, leaves=True)],
          "seen": [Seen(NOON + SOON), Seen(NOON + DAY + SOON), Seen(NOON + DAY + 3 * SOON)]}, "after the hand-over"),
        ({"seen": [Seen(NIGHT, ("7", 0))]}, "at 23:00 in America/New_York"),
        ({"heard": [Heard(NIGHT)], "seen": [Seen(NIGHT + SOON, ("7", 0))]}, "at 23:00"),
        ({"heard": [Heard(NIGHT)], "seen": [Seen(NIGHT + timedelta(minutes=11))]}, "at 23:11"),
        # Summer time ended on 25 October there: what was eight o'clock the day before is seven now.
        ({"seen": [Seen(datetime(2026, 10, 25, 6, 30, tzinfo=UTC), ("7", 0))],
          "stand": replace(STAND, zone="Europe/Berlin")}, "at 07:30 in Europe/Berlin"),
        ({"seen": [Seen(NOON + n * timedelta(minutes=2)) for n in range(6)]}, "text 6 on 2026-10-20, where 5"),
        ({"heard": [Heard(NOON + timedelta(minutes=2 * n)) for n in range(21)],
          "seen": [Seen(NOON + timedelta(minutes=2 * n) + SOON) for n in range(21)]}, "text 21 on 2026-10-20"),
        ({"heard": [WROTE], "seen": [Seen(NOON + SOON), Seen(NOON + 20 * SOON)]}, "two texts within 57 s"),
        ({"stand": replace(LOST, closed_reason="Sequence expired")}, "lost for the reason 'Sequence expired'"),
        ({"stand": replace(LOST, closed_at=LAST - DAY)}, "lost before its time was over"),
        ({"stand": replace(STAND, expires_at=None)}, "qualifying, and without an end"),
        ({"stand": replace(STAND, expires_at=LAST)}, "still qualifying"),
        ({"stand": replace(STAND, status=None)}, "the lead is gone"),
        ({"left_over": [LeftOver(PHONE, "PENDING", LAST)]}, "still PENDING"),
        ({"left_over": [LeftOver(PHONE, "SENDING", LAST + DAY)]}, "still SENDING"),
        ({"left_over": [LeftOver(PHONE, "UNKNOWN", LAST + DAY)]}, "still UNKNOWN"),
    ],
)  # fmt: skip
def test_each_broken_promise_is_found(false: dict[str, list[Heard]], words: str) -> None:
    assert any(words in sentence for sentence in found(**false))  # type: ignore[arg-type]
