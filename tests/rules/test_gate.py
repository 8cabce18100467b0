"""The gate: every reason, and which comes first."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.effects import SendClass
from frontdesk.outbox.counters import Counters, Limits, consume, next_midnight
from frontdesk.outbox.gate import (
    FOR_A_PERSON,
    SAME_TEXTS,
    Block,
    Facts,
    Mode,
    Reason,
    Scope,
    Send,
    Switch,
    Verdict,
    Wait,
    gate,
    lane_of,
)
from frontdesk.outbox.quiet import Window

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
MORNING, EVENING = NOW + timedelta(hours=9), NOW + timedelta(hours=3)
FREE = Facts(
    send_class=SendClass.REPLY,
    due_at=NOW,
    opted_out=False,
    client_paused=False,
    client_unpaid=False,
    bot_paused=False,
    lead_closed=False,
    limits=Limits(seconds_between=60, per_day=5, replies_per_day=20, strict=False),
    counters=Counters(),
)
REPLY, UNPROMPTED, BULK, MANUAL = SendClass.REPLY, SendClass.UNPROMPTED, SendClass.BULK, SendClass.MANUAL
COMPLIANCE, ALERT = SendClass.COMPLIANCE, SendClass.ALERT
UNASKED = {UNPROMPTED, BULK}
AUTOMATIC = UNASKED | {REPLY}
TO_LEADS = AUTOMATIC | {MANUAL}
ALL_BUT_ALERTS = TO_LEADS | {COMPLIANCE}


def sent(count: int, seconds_ago: float = 3600) -> Counters:
    return Counters(NOW - timedelta(seconds=seconds_ago), count, NOW + timedelta(hours=5))


def switch(scope: Scope, mode: Mode = Mode.STOP) -> dict[str, Any]:
    return {"switches": (Switch(scope, mode),)}


TABLE: list[tuple[dict[str, Any], Reason, set[SendClass]]] = [
    (switch(Scope.GLOBAL), Reason.SWITCHED_OFF, ALL_BUT_ALERTS),
    (switch(Scope.CLIENT), Reason.SWITCHED_OFF, ALL_BUT_ALERTS),
    (switch(Scope.NUMBER), Reason.SWITCHED_OFF, set(SendClass)),
    (switch(Scope.PROVIDER), Reason.SWITCHED_OFF, set(SendClass)),
    (switch(Scope.LANE), Reason.SWITCHED_OFF, set(SendClass)),
    ({"opted_out": True}, Reason.OPTED_OUT, TO_LEADS),
    ({"client_paused": True}, Reason.CLIENT_PAUSED, TO_LEADS),
    ({"client_unpaid": True}, Reason.CLIENT_UNPAID, TO_LEADS),
    ({"bot_paused": True}, Reason.BOT_PAUSED, AUTOMATIC),
    ({"lead_closed": True}, Reason.LEAD_CLOSED, UNASKED),
    ({"withdrawn": True}, Reason.WITHDRAWN, ALL_BUT_ALERTS),
    ({"not_textable": True}, Reason.NOT_TEXTABLE, AUTOMATIC),
    ({"due_at": NOW - timedelta(hours=25)}, Reason.TOO_OLD, {REPLY, COMPLIANCE}),
    ({"due_at": NOW - timedelta(hours=61)}, Reason.TOO_OLD, AUTOMATIC | {COMPLIANCE}),
    ({"whatsapp": True}, Reason.WINDOW_CLOSED, ALL_BUT_ALERTS),
    ({"whatsapp": True, "last_inbound_at": NOW - timedelta(hours=24)}, Reason.WINDOW_CLOSED, ALL_BUT_ALERTS),
    ({"same_texts": SAME_TEXTS}, Reason.SAME_AGAIN, AUTOMATIC),
    ({"account_down_until": EVENING}, Reason.ACCOUNT_DOWN, set(SendClass)),
    ({"window": Window(MORNING, None)}, Reason.QUIET_HOURS, UNASKED),
    ({"counters": sent(5)}, Reason.DAILY_LIMIT, UNASKED),
    ({"counters": sent(20)}, Reason.DAILY_LIMIT, AUTOMATIC),
    ({"counters": sent(1, 59)}, Reason.TOO_SOON, AUTOMATIC),
    (switch(Scope.GLOBAL, Mode.DRY_RUN), Reason.DRY_RUN, ALL_BUT_ALERTS),
    (switch(Scope.LANE, Mode.DRY_RUN), Reason.DRY_RUN, set(SendClass)),
]
"""What holds, the reason that it leads to, and the classes that it concerns: all others go."""

BY_A_PERSON = {Reason.REPLACED}
"""Not the gate's own finding: a newer reply says so."""

HARMLESS: list[dict[str, Any]] = [
    {"due_at": NOW - timedelta(hours=24)},
    {"same_texts": SAME_TEXTS - 1},
    {"whatsapp": True, "last_inbound_at": NOW - timedelta(hours=23, minutes=57)},
    {"counters": sent(4)},
    {"counters": sent(1, 60)},
    {"counters": Counters(NOW - timedelta(days=1), 99, NOW)},  # yesterday's
    {"window": Window(None, EVENING)},
]


def why(verdict: Verdict) -> Reason | None:
    return None if isinstance(verdict, Send) else verdict.reason


def test_the_table_knows_every_reason() -> None:
    assert {reason for _, reason, _ in TABLE} | BY_A_PERSON == set(Reason)


@pytest.mark.parametrize(("facts", "reason", "classes"), TABLE)
@pytest.mark.parametrize("send_class", list(SendClass))
def test_each_reason_holds_back_the_classes_it_concerns_and_no_other(
    facts: dict[str, Any], reason: Reason, classes: set[SendClass], send_class: SendClass
) -> None:
    verdict = gate(replace(FREE, send_class=send_class, **facts), NOW)
    assert why(verdict) is (reason if send_class in classes else None)


@pytest.mark.parametrize("send_class", list(SendClass))
@pytest.mark.parametrize("hours", [None, 25, 1])
@pytest.mark.parametrize("there", [True, False])
def test_after_the_window_only_what_tells_of_us_goes_and_only_as_a_template(
    there: bool, hours: int | None, send_class: SendClass
) -> None:
    last = None if hours is None else NOW - timedelta(hours=hours)
    facts = replace(FREE, send_class=send_class, whatsapp=True, last_inbound_at=last, template=there)
    if hours == 1 or send_class is ALERT:
        expected: Verdict = Send()
    elif there and send_class in (UNPROMPTED, MANUAL):
        expected = Send(as_template=True)
    else:
        expected = Block(Reason.WINDOW_CLOSED)
    assert gate(facts, NOW) == expected


def test_a_template_is_held_back_by_all_that_holds_back_words() -> None:
    closed = replace(FREE, send_class=UNPROMPTED, whatsapp=True, template=True)
    assert gate(replace(closed, opted_out=True), NOW) == Block(Reason.OPTED_OUT)
    assert gate(replace(closed, window=Window(MORNING, None)), NOW) == Wait(MORNING, Reason.QUIET_HOURS)
    assert gate(replace(closed, window=Window(None, EVENING)), NOW) == Send(EVENING, as_template=True)
    assert gate(replace(closed, **switch(Scope.GLOBAL, Mode.DRY_RUN)), NOW) == Block(Reason.DRY_RUN)


@pytest.mark.parametrize("facts", HARMLESS)
@pytest.mark.parametrize("send_class", list(SendClass))
def test_just_inside_every_bound_it_goes(facts: dict[str, Any], send_class: SendClass) -> None:
    assert isinstance(gate(replace(FREE, send_class=send_class, **facts), NOW), Send)


@pytest.mark.parametrize("send_class", list(SendClass))
def test_of_two_reasons_the_earlier_one_holds(send_class: SendClass) -> None:
    order = list(Reason)
    for (one, first, first_concerns), (two, second, second_concerns) in itertools.combinations(TABLE, 2):
        if first is second or send_class not in first_concerns & second_concerns:
            continue
        both = {**one, **two}
        if "switches" in one and "switches" in two:
            both["switches"] = one["switches"] + two["switches"]
        if "counters" in one and "counters" in two:
            both["counters"] = sent(20, 59)
        verdict = gate(replace(FREE, send_class=send_class, **both), NOW)
        assert why(verdict) is min(first, second, key=order.index), (one, two)


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (switch(Scope.GLOBAL), Wait(FOR_A_PERSON, Reason.SWITCHED_OFF)),
        ({"account_down_until": EVENING}, Wait(EVENING, Reason.ACCOUNT_DOWN)),
        ({"window": Window(MORNING, None)}, Wait(MORNING, Reason.QUIET_HOURS)),
        ({"window": Window(None, EVENING)}, Send(until=EVENING)),
        ({"counters": sent(1, 59)}, Block(Reason.TOO_SOON)),
    ],
)
def test_what_is_unprompted_waits_for_the_morning_a_switch_and_the_account_and_for_nothing_else(
    facts: dict[str, Any], verdict: Verdict
) -> None:
    assert gate(replace(FREE, send_class=UNPROMPTED, **facts), NOW) == verdict


def test_the_lanes_are_in_order_of_priority() -> None:
    order = [ALERT, COMPLIANCE, REPLY, MANUAL, UNPROMPTED, BULK]
    assert [lane_of(one).priority for one in order] == [0, 0, 1, 1, 2, 3]


def test_a_reply_within_the_minute_waits_for_it() -> None:
    facts = replace(FREE, counters=sent(1, seconds_ago=20))
    assert gate(facts, NOW) == Wait(NOW + timedelta(seconds=40), Reason.TOO_SOON)
    assert gate(facts, NOW + timedelta(seconds=40)) == Send()


@pytest.mark.parametrize("send_class", [REPLY, UNPROMPTED])
def test_without_a_spacing_nothing_waits_for_a_text_whose_turn_is_a_moment_ahead(send_class: SendClass) -> None:
    limits = replace(FREE.limits, seconds_between=0)
    assert gate(replace(FREE, send_class=send_class, limits=limits, counters=sent(1, -0.1)), NOW) == Send()


def test_strict_holds_replies_to_the_limit_of_unprompted_texts() -> None:
    facts = replace(FREE, counters=sent(5))
    assert gate(facts, NOW) == Send()
    assert gate(replace(facts, limits=replace(facts.limits, strict=True)), NOW) == Block(Reason.DAILY_LIMIT)


def test_every_reason_has_words_that_a_person_understands() -> None:
    assert all(len(reason.words) > 15 for reason in Reason)


def test_every_text_counts_and_the_count_ends_with_the_local_day() -> None:
    one = consume(Counters(), NOW, "America/New_York")
    two = consume(one, NOW + timedelta(hours=1), "America/New_York")
    assert (two.sms_count_today, two.sms_count_reset_at) == (2, datetime(2026, 11, 21, 5, 0, tzinfo=UTC))
    assert two.today(datetime(2026, 11, 21, 4, 59, tzinfo=UTC)) == 2
    assert two.today(datetime(2026, 11, 21, 5, 0, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("now", "zone", "midnight"),
    [
        # Summer time ends on 2026-10-25 in London: that day has 25 hours.
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "Europe/London", datetime(2026, 10, 26, 0, 0, tzinfo=UTC)),
        # It begins on 2026-03-29: that day has 23.
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/London", datetime(2026, 3, 29, 23, 0, tzinfo=UTC)),
        (datetime(2026, 1, 1, 12, 0, tzinfo=UTC), "Asia/Kolkata", datetime(2026, 1, 1, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_local_day_ends_at_local_midnight_over_summer_time(now: datetime, zone: str, midnight: datetime) -> None:
    assert next_midnight(now, zone) == midnight
