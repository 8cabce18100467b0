"""The gate: every reason, and which comes first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.effects import SendClass
from frontdesk.outbox.rules import (
    Block,
    Counters,
    Facts,
    Limits,
    Reason,
    Send,
    Wait,
    consume,
    gate,
    next_midnight,
    spacing,
)

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
FREE = Facts(
    send_class=SendClass.REPLY,
    created_at=NOW,
    opted_out=False,
    client_paused=False,
    client_unpaid=False,
    bot_paused=False,
    lead_closed=False,
    limits=Limits(seconds_between=60, per_day=5, replies_per_day=20, strict=False),
    counters=Counters(),
)
REPLY, UNPROMPTED, MANUAL = SendClass.REPLY, SendClass.UNPROMPTED, SendClass.MANUAL
COMPLIANCE, ALERT = SendClass.COMPLIANCE, SendClass.ALERT


def sent(count: int, seconds_ago: float = 3600) -> Counters:
    return Counters(NOW - timedelta(seconds=seconds_ago), count, NOW + timedelta(hours=5))


FACTS_AND_REASONS = [
    ({"opted_out": True}, Reason.OPTED_OUT, (REPLY, UNPROMPTED, MANUAL)),
    ({"client_paused": True}, Reason.CLIENT_PAUSED, (REPLY, UNPROMPTED, MANUAL)),
    ({"client_unpaid": True}, Reason.CLIENT_UNPAID, (REPLY, UNPROMPTED, MANUAL)),
    ({"bot_paused": True}, Reason.BOT_PAUSED, (REPLY, UNPROMPTED)),
    ({"lead_closed": True}, Reason.LEAD_CLOSED, (UNPROMPTED,)),
    ({"created_at": NOW - timedelta(hours=25)}, Reason.TOO_OLD, (REPLY, UNPROMPTED)),
    ({"counters": sent(5)}, Reason.DAILY_LIMIT, (UNPROMPTED,)),
    ({"counters": sent(20)}, Reason.DAILY_LIMIT, (REPLY, UNPROMPTED)),
    ({"counters": sent(1, 59)}, Reason.TOO_SOON, (UNPROMPTED,)),
]


@pytest.mark.parametrize(("facts", "reason", "classes"), FACTS_AND_REASONS)
@pytest.mark.parametrize("send_class", list(SendClass))
def test_each_reason_blocks_the_classes_it_should(
    facts: dict[str, object], reason: Reason, classes: tuple[SendClass, ...], send_class: SendClass
) -> None:
    verdict = gate(replace(FREE, send_class=send_class, **facts), NOW)
    if send_class in classes:
        assert verdict == Block(reason)
    else:
        assert not isinstance(verdict, Block)


def test_the_first_reason_in_order_holds() -> None:
    worst = replace(FREE, send_class=UNPROMPTED)
    for facts, reason, _ in reversed([row for row in FACTS_AND_REASONS if row[0] != {"counters": sent(20)}]):
        worst = replace(worst, **facts) if "counters" not in facts or worst.counters == Counters() else worst
        if reason not in (Reason.TOO_SOON, Reason.DAILY_LIMIT):
            assert gate(worst, NOW) == Block(reason)


def test_a_reply_within_the_minute_waits_for_it() -> None:
    facts = replace(FREE, counters=sent(1, seconds_ago=20))
    assert gate(facts, NOW) == Wait(NOW + timedelta(seconds=40), Reason.TOO_SOON)
    assert gate(facts, NOW + timedelta(seconds=40)) == Send()


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


def test_even_spacing_keeps_both_limits() -> None:
    assert spacing(1, 60) == timedelta(seconds=1)
    assert spacing(10, 60) == timedelta(seconds=1)
    assert spacing(2, 600) == timedelta(seconds=0.5)
