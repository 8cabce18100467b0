"""A client stuck at each state, minute by minute: how bad it is, what the operator's phone gets, and that it is over."""

import asyncio
from datetime import timedelta

import pytest
from stuck_story import Standstill, at, standstill

MON, TUE, WED, THU, FRI, SAT = (f"2026-11-{day}" for day in range(16, 22))
NEW, BO = "New business +12025550111", "Bo's Drains"

Moment = tuple[str, str, str]
"""A local time; the verdict then, as `LOW` or `HIGH!` where it is terminal; what a text to the operator begins with."""

# Everybody comes there on Monday at 09:00. The desk is open from 8 to 18 on weekdays, and Bo, once that is told, from 8 to 17
# and on Saturdays from 9 to 13.
STATES: dict[str, list[Moment]] = {
    "S0_WELCOME": [
        (f"{MON} 09:29", "", ""),
        (f"{MON} 09:30", "LOW", ""),
        (f"{MON} 09:59", "LOW", ""),
        (f"{MON} 10:00", "MEDIUM", f"MEDIUM: {BO}: stuck in S0_WELCOME."),
        (f"{MON} 10:59", "MEDIUM", ""),
        (f"{MON} 11:00", "HIGH", ""),
    ],
    **{
        state: [
            (f"{MON} 12:59", "", ""),
            (f"{MON} 13:00", "LOW", ""),
            (f"{MON} 16:59", "LOW", ""),
            (f"{MON} 17:00", "MEDIUM", f"MEDIUM: {name}: stuck in {state}."),
            (f"{MON} 23:00", "MEDIUM", f"MEDIUM: {name}: stuck in {state}."),
            (f"{TUE} 14:59", "MEDIUM", f"HIGH: {name}: stuck in {state} (still true after 12 h)."),
            (f"{TUE} 15:00", "HIGH", ""),
        ]
        for state, name in (("S1_BUSINESS_NAME", NEW), ("S2_SERVICE_TYPE", BO), ("S3_SERVICE_AREA", BO))
    },
    "S4_HOURS": [
        (f"{MON} 14:59", "", ""),
        (f"{MON} 15:00", "LOW", ""),
        (f"{TUE} 10:59", "LOW", ""),
        (f"{TUE} 11:00", "MEDIUM", f"MEDIUM: {BO}: stuck in S4_HOURS."),
        (f"{WED} 12:59", "MEDIUM", f"HIGH: {BO}: stuck in S4_HOURS (still true after 12 h)."),
        (f"{WED} 13:00", "HIGH", ""),
    ],
    "S5_CONFIRM_LIVE": [
        (f"{MON} 10:59", "", ""),
        (f"{MON} 11:00", "HIGH!", f"HIGH: {BO}: not paid."),
        (f"{MON} 13:00", "HIGH!", ""),
        (f"{MON} 16:59", "HIGH!", ""),
        (f"{MON} 17:00", "HIGH!", f"HIGH: {BO}: not paid."),
    ],
    "S6_ASSIGN_NUMBER": [
        (f"{MON} 09:29", "", ""),
        (f"{MON} 09:30", "HIGH", f"MEDIUM: {BO}: stuck in S6_ASSIGN_NUMBER."),  # 1 is the empty pool
        (f"{MON} 11:00", "HIGH", ""),
    ],
    "S7_FORWARDING": [
        (f"{TUE} 11:59", "", ""),
        (f"{TUE} 12:00", "LOW", ""),
        (f"{WED} 14:59", "LOW", ""),
        (f"{WED} 15:00", "MEDIUM", f"MEDIUM: {BO}: stuck in S7_FORWARDING."),
        (f"{SAT} 12:59", "MEDIUM", f"HIGH: {BO}: stuck in S7_FORWARDING (still true after 12 h)."),
        (f"{SAT} 13:00", "HIGH", ""),
    ],
    "S8_GREETING": [
        (f"{MON} 14:59", "", ""),
        (f"{MON} 15:00", "LOW", ""),
        (f"{TUE} 11:59", "LOW", ""),
        (f"{TUE} 12:00", "MEDIUM", f"MEDIUM: {BO}: stuck in S8_GREETING."),
        (f"{WED} 14:59", "MEDIUM", f"HIGH: {BO}: stuck in S8_GREETING (still true after 12 h)."),
        (f"{WED} 15:00", "HIGH", ""),
    ],
    "S9_TEST_CALL": [
        (f"{TUE} 08:59", "", ""),
        (f"{TUE} 09:00", "HIGH!", f"HIGH: {BO}: stuck in S9_TEST_CALL."),
        (f"{TUE} 14:59", "HIGH!", ""),
        (f"{TUE} 15:00", "HIGH!", f"HIGH: {BO}: stuck in S9_TEST_CALL."),
    ],
}
LASTED = {  # since the operator was told of it first, until ten minutes after the last moment
    "S0_WELCOME": "1 h 10 min", "S1_BUSINESS_NAME": "22 h 10 min", "S2_SERVICE_TYPE": "22 h 10 min",
    "S3_SERVICE_AREA": "22 h 10 min", "S4_HOURS": "1 d 2 h", "S5_CONFIRM_LIVE": "6 h 10 min",
    "S6_ASSIGN_NUMBER": "1 h 40 min", "S7_FORWARDING": "2 d 22 h", "S8_GREETING": "1 d 3 h", "S9_TEST_CALL": "6 h 10 min",
}  # fmt: skip


async def goes(desk: Standstill, moments: list[Moment]) -> None:
    """Each moment brings its verdict, and its text or none."""
    for local, verdict, text in moments:
        found = await desk.passes(at(local))
        assert (found.severity + "!" * found.terminal if found else "") == verdict, local
        news = desk.news()
        assert len(news) == bool(text), (local, news)
        assert all(one.startswith(text) and "A = ack, " in one for one in news), (local, news)
        assert await desk.sent_at(at(local)) == bool(text), local


@pytest.mark.parametrize("state", STATES)
def test_a_client_stuck_at_a_state_is_told_at_the_right_minute_and_told_over_when_they_move_on(
    dsn: str, state: str
) -> None:
    async def run() -> None:
        async with standstill(dsn, f"{MON} 09:00") as desk:
            await desk.comes_to(state)
            await goes(desk, STATES[state])
            last = at(STATES[state][-1][0])
            desk.clock.move(seconds=(last + timedelta(minutes=5) - desk.clock.now()).total_seconds())
            await desk.moves_on(state)
            found = await desk.passes(last + timedelta(minutes=10))
            assert (found and found.state) != state
            assert desk.news() == []
            await desk.passes(last + timedelta(minutes=13))
            name = NEW if state == "S1_BUSINESS_NAME" else BO
            what = "not paid" if state == "S5_CONFIRM_LIVE" else f"stuck in {state}"
            assert desk.news() == [f"Over: {name}: {what} (lasted {LASTED[state]})"]

    asyncio.run(run())


def test_who_has_paid_and_does_not_reply_ready_is_told_as_the_others_are(dsn: str) -> None:
    async def run() -> None:
        async with standstill(dsn, f"{MON} 09:00") as desk:
            await desk.comes_to("S5_CONFIRM_LIVE")
            await desk.owners.pay(int((await desk.owners.row()).client_id))
            moments = [
                (f"{MON} 10:59", "", ""),
                (f"{MON} 11:00", "LOW", ""),
                (f"{MON} 12:59", "LOW", ""),
                (f"{MON} 13:00", "MEDIUM", f"MEDIUM: {BO}: stuck in S5_CONFIRM_LIVE."),
                (f"{MON} 16:59", "MEDIUM", ""),
                (f"{MON} 17:00", "HIGH", ""),
            ]
            await goes(desk, moments)

    asyncio.run(run())


# Who came when, into which state, with what opening hours told; when the threshold is over, and when twice of it.
CLOCKS = {
    "a weekend is not counted": (f"{FRI} 16:00", "S2_SERVICE_TYPE", "2026-11-23 10:00", "2026-11-23 14:00"),
    "over the end of summer time, closed meanwhile": ("2026-10-30 16:00", "S2_SERVICE_TYPE", "2026-11-02 10:00", "2026-11-02 14:00"),
    "over its beginning, closed meanwhile": ("2027-03-12 16:00", "S2_SERVICE_TYPE", "2027-03-15 10:00", "2027-03-15 14:00"),
    "a night of 25 hours, open all the time": ("2026-10-31 22:00", "S8_GREETING", "2026-11-01 03:00", "2026-11-01 09:00"),
    "a night of 23 hours, open all the time": ("2027-03-13 22:00", "S8_GREETING", "2027-03-14 05:00", "2027-03-14 11:00"),
}  # fmt: skip


@pytest.mark.parametrize("case", CLOCKS)
def test_opening_hours_are_counted_and_nothing_else(dsn: str, case: str) -> None:
    began, state, late, twice = CLOCKS[case]

    async def run() -> None:
        async with standstill(dsn, began) as desk:
            await desk.comes_to(state)
            if state == "S8_GREETING":
                await desk.owners.text("CHANGE HOURS", "24/7")
                assert (await desk.owners.row()).current_state == state
            just = timedelta(minutes=1)
            assert await desk.passes(at(late) - just) is None
            assert (await desk.passes(at(late))).severity == "LOW"  # type: ignore[union-attr]
            assert (await desk.passes(at(twice) - just)).severity == "LOW"  # type: ignore[union-attr]
            assert desk.news() == []
            assert (await desk.passes(at(twice))).severity == "MEDIUM"  # type: ignore[union-attr]
            assert [text.partition(". ")[0] for text in desk.news()] == [f"MEDIUM: {BO}: stuck in {state}"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("began", "late"), [("2026-10-31 12:00", "2026-11-01 11:00"), ("2027-03-13 12:00", "2027-03-14 13:00")]
)
def test_the_clock_on_the_wall_counts_hours_that_passed_when_the_clocks_change(dsn: str, began: str, late: str) -> None:
    async def run() -> None:
        async with standstill(dsn, began) as desk:
            await desk.comes_to("S9_TEST_CALL")
            assert await desk.passes(at(late) - timedelta(minutes=1)) is None
            await goes(desk, [(late, "HIGH!", f"HIGH: {BO}: stuck in S9_TEST_CALL")])

    asyncio.run(run())


def test_thirteen_hours_of_passes_every_quarter_of_an_hour_are_three_texts_six_hours_apart(dsn: str) -> None:
    async def run() -> None:
        async with standstill(dsn, f"{MON} 09:00") as desk:
            await desk.comes_to("S9_TEST_CALL")
            start, told = at(f"{TUE} 08:45"), []
            for minutes in range(0, 13 * 60, 15):
                await desk.passes(start + timedelta(minutes=minutes))
                told += [minutes] * len(desk.news())
            assert told == [15, 375, 735]

    asyncio.run(run())
