"""The judge of the storm sees each breach when there is one, and none when there is none."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from oracle import Begun, Effect, Seen, Sent, Stored, TakeOver, Verdict, judge, take_overs
from plan import REPLIES, judge_replies

from frontdesk.simulator import SimulatedMessage

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LANE = "+12025550143"


def sent(number: int, **answers: int) -> Sent:
    """The nth text of a lane: sent after the one before was acknowledged."""
    counted = Counter({name.removeprefix("_"): times for name, times in answers.items()} or {"200": 1})
    return Sent(f"SM{number}", LANE, began=number, acknowledged=number + 0.5, answers=counted)


def seen(count: int = 3) -> Seen:
    """Each of the texts stored, handled and counted as it should be."""
    return Seen(
        [Stored(f"SM{n}", LANE, NOON + timedelta(seconds=n), n, "done") for n in range(count)],
        [Effect(f"SM{n}", number=100 + n, earlier=n) for n in range(count)],
        {f"SM{n}": 0 for n in range(count)},
        {"inbox_queue": 0, "inbox_lanes": 0},
    )


def test_a_storm_that_kept_all_promises_is_cleared() -> None:
    assert judge([sent(n) for n in range(3)], seen()).breaches == []


def doctored(**changes: object) -> Seen:
    return replace(seen(), **changes)  # type: ignore[arg-type]


def swapped(rows: list[Stored]) -> list[Stored]:
    """The last two in each other's place, by id: at the same moment the id decides."""
    first, second, third = rows
    return [first, replace(second, received_at=NOON, event_id=9), replace(third, received_at=NOON, event_id=8)]


CASES: dict[str, tuple[Callable[[], Seen], str]] = {
    "an acknowledged text that is not there": (
        lambda: doctored(stored=seen().stored[:2], effects=seen().effects[:2]),
        "lost: SM2 was acknowledged, and is not there",
    ),
    "a text without its effect": (
        lambda: doctored(effects=seen().effects[:2]),
        "lost: SM2 is stored, and has no effect",
    ),
    "a text stored twice": (
        lambda: doctored(stored=[*seen().stored, replace(seen().stored[2], event_id=7)]),
        "doubled: SM2 is stored 2 times",
    ),
    "an effect twice": (
        lambda: doctored(effects=[*seen().effects, Effect("SM1", number=105, earlier=3)]),
        "doubled: SM1 took effect 2 times",
    ),
    "an effect of a text that is not stored": (
        lambda: doctored(effects=[*seen().effects, Effect("SM9", number=105, earlier=3)]),
        "doubled: SM9 took effect, and is not stored",
    ),
    "a text that nobody sent": (
        lambda: seen(4),
        "doubled: SM3 is stored, and nobody sent it",
    ),
    "effects in the wrong order": (
        lambda: doctored(effects=[Effect("SM0", 100, 0), Effect("SM2", 101, 1), Effect("SM1", 102, 2)]),
        "out_of_order: SM2 is number 2 of its lane, and found 1 effects",
    ),
    "effects whose numbers go back": (
        lambda: doctored(effects=[Effect("SM0", 100, 0), Effect("SM1", 103, 1), Effect("SM2", 102, 2)]),
        "out_of_order: SM2 took effect before one that stands before it",
    ),
    "an event that began before the one ahead of it was committed": (
        lambda: doctored(effects=[Effect("SM0", 100, 0), Effect("SM1", 101, 0), Effect("SM2", 102, 2)]),
        "out_of_order: SM1 is number 1 of its lane, and found 0 effects",
    ),
    "a later text stored before an earlier one": (
        lambda: doctored(stored=swapped(list(seen().stored))),
        "out_of_order: SM1 was acknowledged before SM2 was sent, and stands behind it",
    ),
    "a redelivery counted that nobody made": (
        lambda: doctored(repeats={"SM0": 0, "SM1": 1, "SM2": 0}),
        "miscounted: SM1: 1 redeliveries counted, 0 to 0 were answered",
    ),
    "a request id that was forgotten": (
        lambda: doctored(repeats={"SM0": 0, "SM1": 0}),
        "miscounted: SM2: -1 redeliveries counted, 0 to 0 were answered",
    ),
    "a lane that is left over": (
        lambda: doctored(left={"inbox_lanes": 1}),
        "left_over: 1 in inbox_lanes",
    ),
    "an event that is not done": (
        lambda: doctored(stored=[*seen().stored[:2], replace(seen().stored[2], status="waiting")]),
        "left_over: SM2 is waiting",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_judge_sees(name: str) -> None:
    given, breach = CASES[name]
    assert breach in judge([sent(n) for n in range(3)], given()).breaches


def test_a_text_that_was_never_acknowledged_is_lost() -> None:
    assert judge([sent(0), sent(1, _503=4), sent(2)], seen()).lost == ["SM1 was never acknowledged"]


def test_a_redelivery_that_was_not_counted_is_seen_and_a_lost_answer_leaves_room_for_one() -> None:
    def miscounted(counted: int, **answers: int) -> bool:
        return bool(judge([sent(0, **answers)], replace(seen(1), repeats={"SM0": counted})).miscounted)

    assert miscounted(0, _200=2)
    assert not miscounted(1, _200=2)
    assert not miscounted(1, _200=2, refused=3)
    assert miscounted(2, _200=2, refused=3)
    assert not miscounted(1, _200=1, lost=1)
    assert not miscounted(0, _200=1, lost=1)
    assert miscounted(3, _200=1, lost=1, _503=1)


def test_texts_under_way_at_once_may_be_stored_in_either_order() -> None:
    together = [Sent(f"SM{n}", LANE, began=n / 10, acknowledged=5 + n, answers=Counter({"200": 1})) for n in range(3)]
    assert judge(together, doctored(stored=swapped(list(seen().stored)))).out_of_order == [
        # their effects were not swapped with them
        "SM2 is number 1 of its lane, and found 2 effects",
        "SM1 is number 2 of its lane, and found 1 effects",
        "SM1 took effect before one that stands before it",
    ]


def test_a_take_over_is_the_time_until_another_worker_begins_with_what_the_killed_one_had_in_hand() -> None:
    begun = [
        Begun("a", "lane 1", 1, 10.0),  # settled by a itself
        Begun("a", "lane 1", 2, 11.0),  # in hand
        Begun("a", "lane 1", 3, 11.1),  # waits behind it
        Begun("a", "lane 2", 4, 10.0),  # lost to b before the kill
        Begun("b", "lane 2", 4, 11.5),
        Begun("b", "lane 1", 2, 14.5),
        Begun("b", "lane 1", 3, 14.9),
        Begun("a", "lane 3", 5, 11.9),  # in hand, and never begun again
        Begun("b", "lane 4", 6, 10.0),  # b had it all the time: a only did not know yet that it had lost it
        Begun("a", "lane 4", 6, 11.9),
        Begun("b", "lane 5", 7, 10.0),  # the same, and b had settled it
        Begun("a", "lane 5", 7, 11.9),
    ]
    settled = {1: ("a", 10.5), 2: ("b", 14.8), 3: ("b", 15.0), 4: ("b", 11.6), 6: ("b", 12.5), 7: ("b", 11.0)}
    assert take_overs([("a", 12.0)], begun, settled) == [
        TakeOver("lane 1", 12.0, 2.5),
        TakeOver("lane 3", 12.0, inf),
    ]
    assert take_overs([("b", 11.2)], begun, settled) == []


def replies(*heard: tuple[str, int], given_up: tuple[tuple[str, str], ...] = (), **ledger: int) -> list[str]:
    """What the judge says when these phones heard these replies."""
    verdict = Verdict()
    sent = [
        SimulatedMessage(f"SM{n}", "outbound-api", "+1", phone, REPLIES[reply])
        for n, (phone, reply) in enumerate(heard)
    ]
    judge_replies(sorted({phone for phone, _ in heard}), sent, given_up, ledger, verdict)
    return verdict.breaches


def test_the_judge_of_replies_sees_what_is_missing_what_came_twice_and_what_came_in_the_wrong_order() -> None:
    whole = [("a", 0), ("b", 0), ("a", 1), ("a", 2), ("b", 1), ("b", 2), ("a", 3), ("b", 3)]
    assert replies(*whole, SENT=3, DELIVERED=5) == []
    assert replies(*whole, UNKNOWN=1) == ["left_over: 1 messages are UNKNOWN"]
    assert replies(*whole[:-1])[0].startswith("lost: b got 3 replies")
    assert replies(*whole, ("b", 3))[0].startswith("doubled: b got 5 replies")
    assert replies(*whole[:-1], ("b", 2))[0].startswith("doubled: b got 4 replies")
    assert replies(*whole[2:], ("a", 0), ("b", 0))[0].startswith("out_of_order: a got")


def test_a_reply_that_a_person_gave_up_is_neither_lost_nor_sent() -> None:
    given_up = (("a", f"Hi! {REPLIES[0]}, please?"),)
    assert replies(("a", 1), ("a", 2), ("a", 3), given_up=given_up, CANCELLED=1) == []
    assert replies(("a", 0), ("a", 1), ("a", 2), ("a", 3), given_up=given_up, CANCELLED=1)[0].startswith("doubled: a")
    assert replies(("a", 1), ("a", 2), ("a", 3), given_up=given_up, CANCELLED=2) == [
        "left_over: 2 messages are CANCELLED"
    ]
