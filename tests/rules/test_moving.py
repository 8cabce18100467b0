"""Kaplan and Meier, against values worked out by hand."""

from datetime import timedelta

import pytest

from frontdesk.watching.moving import LEAST_AT_RISK, Survival


def hours(*lengths: float) -> list[tuple[timedelta, bool]]:
    """Stays in hours; a negative one still lasts."""
    return [(timedelta(hours=abs(length)), length > 0) for length in lengths]


# Six stays: 1, 2, 2 still, 3, 5 still, 6. At risk 6, 5, 3, 1 at the four ends:
# 5/6, then × 4/5 = 2/3, then × 2/3 = 4/9, then × 0/1 = 0.
SIX = Survival(hours(1, 2, -2, 3, -5, 6))


@pytest.mark.parametrize(
    ("at", "share"),
    [(0, 1), (0.9, 1), (1, 5 / 6), (2, 2 / 3), (2.5, 2 / 3), (3, 4 / 9), (5.9, 4 / 9), (6, 0), (100, 0)],
)
def test_the_curve_is_the_one_worked_out_by_hand(at: float, share: float) -> None:
    assert SIX.lasts_longer(timedelta(hours=at)) == pytest.approx(share)


def test_the_curve_of_a_published_trial_is_met() -> None:
    # Weeks to relapse under 6-mercaptopurine (Freireich 1963), 21 patients: the textbook's own table.
    weeks = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
    curve = Survival(hours(*weeks))
    table = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {at: round(curve.lasts_longer(timedelta(hours=at)), 3) for at in table} == table


def test_those_who_still_wait_lower_the_hope() -> None:
    ended = hours(*[1] * 10)
    all_ended = Survival([*ended, *hours(*[9] * 10)]).moves_within(timedelta(hours=6), waited=timedelta(hours=4))
    half_wait = Survival([*ended, *hours(*[9] * 5, *[-20] * 5)]).moves_within(
        timedelta(hours=6), waited=timedelta(hours=4)
    )
    none_moved = Survival([*ended, *hours(*[-20] * 10)]).moves_within(timedelta(hours=6), waited=timedelta(hours=4))
    assert (all_ended, half_wait, none_moved) == (1.0, 0.5, 0.0)


def test_the_hope_is_that_of_those_who_waited_as_long() -> None:
    # Of ten who were there at 2 h, four went by 8 h: what the quick ones did before says nothing of it.
    stays = Survival(hours(*[0.5] * 90, 3, 4, 5, 8, *[-30] * 6))
    assert stays.moves_within(timedelta(hours=6), waited=timedelta(hours=2)) == pytest.approx(0.4)


def test_nothing_is_said_of_too_few() -> None:
    few = Survival(hours(*range(1, LEAST_AT_RISK + 1)))
    within = timedelta(hours=6)
    assert Survival([]).moves_within(within, waited=timedelta(hours=1)) is None
    assert few.moves_within(within, waited=timedelta(hours=1)) is not None
    assert few.moves_within(within, waited=timedelta(hours=1.1)) is None
