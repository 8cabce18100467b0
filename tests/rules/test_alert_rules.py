"""Alerts as decisions: which way a message goes, what follows a failure, what is said in one SMS, what a reply means."""

from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.alerts.acts import Silence, key_like
from frontdesk.alerts.figures import Figures, flags
from frontdesk.alerts.kinds import KINDS, kind_of
from frontdesk.alerts.model import Channel, Member
from frontdesk.alerts.replies import Command, Order, read_order, read_span
from frontdesk.alerts.rules import after_ledger, channels_for, retry_at
from frontdesk.alerts.wording import Sms, lasted, tell_open, tell_over
from frontdesk.effects import Severity
from frontdesk.outbox.segments import count
from frontdesk.steps.watch import alert_for
from frontdesk.watching.model import Trouble, Waiting
from frontdesk.watching.rules import THRESHOLDS, judge

NOW = datetime(2026, 11, 20, 17, tzinfo=UTC)
ALL = list(Channel)
SMS, SLACK, EMAIL, WEBHOOK, APPRISE = Channel
ONE = Sms(lambda text: count(text).segments == 1)


@pytest.mark.parametrize(
    ("kind", "severity", "there", "order"),
    [
        ("STUCK_CLIENT", Severity.HIGH, ALL, [SMS, SLACK, EMAIL, WEBHOOK, APPRISE]),
        ("STUCK_CLIENT", Severity.MEDIUM, ALL, [SLACK, EMAIL, WEBHOOK, APPRISE, SMS]),
        ("STUCK_CLIENT", Severity.MEDIUM, [SMS], [SMS]),
        ("OPENAI_FAILURE", Severity.MEDIUM, ALL, [SMS, SLACK, EMAIL, WEBHOOK, APPRISE]),
        ("PROVIDER_DOWN", Severity.HIGH, ALL, [SLACK, EMAIL, WEBHOOK, APPRISE, SMS]),
        ("MY_OWN", Severity.HIGH, [EMAIL, SMS], [SMS, EMAIL]),
        ("MY_OWN", Severity.HIGH, [], []),
    ],
)
def test_channels_are_tried_in_the_order_of_what_the_alert_is_about(
    kind: str, severity: Severity, there: list[Channel], order: list[Channel]
) -> None:
    assert channels_for(kind_of(kind), severity, there) == order


@pytest.mark.parametrize(
    ("status", "minutes", "fate"),
    [
        ("PENDING", 4, "waits"),
        ("SENT", 4, "waits"),
        ("UNKNOWN", 4, "waits"),
        ("SENT", 5, "unconfirmed"),
        ("UNKNOWN", 6, "unconfirmed"),
        ("DELIVERED", 1, "delivered"),
        ("DELIVERED", 60, "delivered"),
        ("UNDELIVERED", 1, "failed"),
        ("FAILED", 1, "failed"),
        ("BLOCKED", 1, "failed"),
        ("CANCELLED", 1, "failed"),
    ],
)
def test_a_receipt_decides_and_without_one_the_clock(status: str, minutes: int, fate: str) -> None:
    assert after_ledger(status, NOW + timedelta(minutes=5), NOW + timedelta(minutes=minutes)) == fate


def test_a_channel_is_tried_three_times_and_not_waited_for_longer_than_a_minute() -> None:
    assert retry_at(1, NOW, None) == NOW + timedelta(seconds=5)
    assert retry_at(2, NOW, 30) == NOW + timedelta(seconds=30)
    assert retry_at(3, NOW, None) is None
    assert retry_at(1, NOW, 3600) is None


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1A", Order(Command.ACK, 1)),
        (" 12 ack. ", Order(Command.ACK, 12)),
        ("ack 3", Order(Command.ACK, 3)),
        ("a", Order(Command.ACK)),
        ("#7h", Order(Command.HANDLED, 7)),
        ("1Z 2h", Order(Command.SILENCE, 1, timedelta(hours=2))),
        ("1z30m", Order(Command.SILENCE, 1, timedelta(minutes=30))),
        ("1z", Order(Command.SILENCE, 1, timedelta(hours=2))),
        ("1z 99d", None),
        ("list", Order(Command.LIST)),
        ("Why 1", Order(Command.WHY, 1)),
        ("why", None),
        ("1 apple", None),
        ("1000a", None),
        ("I need a plumber at 1a Main Street", None),
        ("", None),
    ],
)
def test_a_reply_is_an_order_as_a_whole_or_none(text: str, order: Order | None) -> None:
    assert read_order(text) == order


@pytest.mark.parametrize("text", ["", "2", "h", "-1h", "0h", "31d", "forever"])
def test_no_span_is_for_ever(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|30 days"):
        read_span(text)


def members(number: int, *, length: int = 5, coded: bool = True) -> list[Member]:
    return [
        Member(
            n, f"k{n}", f"{'B' * length}{n}: stuck in S3", "For hours.", Severity.HIGH, NOW, code=n if coded else None
        )
        for n in range(1, number + 1)
    ]


@pytest.mark.parametrize("number", [1, 2, 7, 50, 300])
@pytest.mark.parametrize("length", [1, 20, 200])
@pytest.mark.parametrize("others", [0, 4])
def test_every_message_is_one_segment_whatever_it_names(number: int, length: int, others: int) -> None:
    for coded in (True, False):
        told = tell_open("STUCK_CLIENT", "HIGH", members(number, length=length, coded=coded), others, ONE)
        assert count(told.short).segments == 1
        assert told.short.startswith("HIGH: ")
    assert count(tell_over("STUCK_CLIENT", members(number, length=length), ONE).short).segments == 1


def test_a_grown_set_says_how_many_are_new_and_how_many_there_are() -> None:
    assert "2 new, 5 clients stuck: " in tell_open("STUCK_CLIENT", "HIGH", members(2), 3, ONE).short
    assert "[4 in all]" in tell_open("STUCK_CLIENT", "HIGH", members(1), 3, ONE).short


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=40), "less than a minute"),
        (timedelta(minutes=7), "7 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(days=3, hours=4, minutes=9), "3 d 4 h"),
    ],
)
def test_a_duration_is_said_in_its_two_largest_units(span: timedelta, words: str) -> None:
    assert lasted(span) == words


def figures(**given: object) -> Figures:
    nothing: dict[str, object] = {
        "hours": 24, "sent": 0, "sent_by_type": {}, "sent_by_severity": {}, "noisiest": None, "delivery_rate": None,
        "false_positive_rate": None,
    }  # fmt: skip
    return Figures(**{**nothing, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, None),
        ({"sent": 5}, None),
        ({"sent": 6}, "more than 5 a day"),
        ({"sent": 35, "hours": 168}, None),
        ({"sent": 36, "hours": 168}, "more than 5 a day"),
        ({"sent_by_severity": {"HIGH": 1}}, None),
        ({"sent_by_severity": {"HIGH": 2}}, "2 HIGH alerts"),
        ({"sent_by_type": {"POOL_EMPTY": 2}, "hours": 168}, "2 POOL_EMPTY"),
        ({"sent_by_type": {"STUCK_CLIENT": 5}, "hours": 168}, None),
        ({"sent_by_type": {"STUCK_CLIENT": 6}, "hours": 168}, "6 STUCK_CLIENT"),
        ({"sent_by_type": {"OPENAI_FAILURE": 1}}, "there should be none"),
        ({"noisiest": ("STUCK_CLIENT", "7", 4)}, "again and again"),
        ({"delivery_rate": 0.99}, None),
        ({"delivery_rate": 0.98}, "98.0% were delivered"),
        ({"false_positive_rate": 0.03}, "false alarms"),
    ],
)
def test_what_is_out_of_its_limits_is_flagged(given: dict[str, object], words: str | None) -> None:
    said = flags(figures(**given))
    assert said == [] if words is None else len(said) == 1 and words in said[0]


@pytest.mark.parametrize(
    ("pattern", "like"), [("*", "%"), ("eu_*", "eu\\_%"), ("100%", "100\\%"), ("a\\b", "a\\\\b"), ("plain", "plain")]
)
def test_a_star_alone_stands_for_anything_in_a_pattern(pattern: str, like: str) -> None:
    assert key_like(pattern) == like


def test_a_silence_needs_an_author_a_reason_and_an_end_within_a_month() -> None:
    def trouble(author: str = "Ann", comment: str = "known", hours: float = 2) -> str | None:
        return Silence(None, "*", author, comment, NOW, NOW + timedelta(hours=hours)).trouble(NOW)

    assert trouble() is None
    assert trouble(author=" ") == trouble(comment="") == "Say who silences it and why: others will ask."
    assert trouble(hours=0) is not None
    assert trouble(hours=31 * 24) is not None


def test_each_type_says_what_it_means_and_what_to_do_first() -> None:
    for kind in KINDS.values():
        assert kind.means
        assert kind.do_first
        assert set(kind.inhibited_by) <= KINDS.keys()


@pytest.mark.parametrize("state", THRESHOLDS)
@pytest.mark.parametrize("trouble", [None, Trouble.OPTED_OUT])
def test_the_sms_of_a_stuck_client_says_who_where_and_what_to_do(state: str, trouble: Trouble | None) -> None:
    waiting = Waiting(7, "Bo's Drains & Heating", "+12025550111", state, NOW, False, 90_000, 90_000, trouble)
    stuck = judge(waiting, {}, structural_minutes=15)
    alert = stuck and alert_for(stuck)
    assert stuck is not None
    assert alert is not None
    member = Member(1, alert.key, alert.title, alert.message, alert.severity, NOW, code=12)
    text = tell_open(
        alert.alert_type, alert.severity, [member], 0, Sms(ONE.fits, lambda text: text.replace("`", "'"))
    ).short
    todo = stuck.suggested_action.replace("`", "'")
    assert text == f"{alert.severity}: {alert.title}. {todo} Reply 12A = ack, 12H = handled, WHY 12."


def test_an_sms_holds_all_of_a_short_message_and_of_a_long_one_its_end_or_nothing() -> None:
    def told(message: str, title: str = "disk: full") -> str:
        return tell_open("DISK", "HIGH", [Member(1, "d", title, message, Severity.HIGH, NOW, code=1)], 0, ONE).short

    assert (
        told("9 of 10 GB. Make room.")
        == "HIGH: disk: full. 9 of 10 GB. Make room. Reply 1A = ack, 1H = handled, WHY 1."
    )
    assert told(f"{'Much is said. ' * 20}Make room.").endswith(
        "Much is said. Make room. Reply 1A = ack, 1H = handled, WHY 1."
    )
    assert told("x" * 150) == "HIGH: disk: full. Reply 1A = ack, 1H = handled, WHY 1."
    assert told("", "It burns!") == "HIGH: It burns! Reply 1A = ack, 1H = handled, WHY 1."
