"""What pages say and where they lead: pure tables."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from frontdesk.outbox.gate import Reason
from frontdesk.outbox.model import LedgerStatus
from frontdesk.simulator import SimulatedMessage
from frontdesk.web import words
from frontdesk.web.forms import local_path
from frontdesk.web.phone import screen
from frontdesk.web.timeline import known

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
OURS, LEAD = "+12025550100", "+12025550143"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (42, "42 s ago"), (200, "3 min ago"), (7200, "2 h ago"), (90000, "1 d ago"), (-120, "in 2 min")],
)
def test_ages_are_said_in_their_largest_unit(seconds: int, said: str) -> None:
    assert words.ago(NOW - timedelta(seconds=seconds), NOW) == said
    assert words.ago(None, NOW) == "never"


def test_times_are_local_and_name_their_zone() -> None:
    zone = ZoneInfo("America/New_York")
    assert words.stamp(NOW, zone) == "2026-11-20 12:00:00 EST"
    assert words.day(NOW, zone, NOW) == "Today"
    assert words.day(NOW - timedelta(days=1), zone, NOW) == "Thursday 19 November 2026"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_said_in_words(reason: Reason) -> None:
    assert words.why(reason.value) == reason.words
    assert words.why("written by hand") == "written by hand"


@pytest.mark.parametrize("status", list(LedgerStatus))
def test_every_state_of_the_ledger_has_a_word(status: LedgerStatus) -> None:
    assert words.status_word(status.value).islower()


@pytest.mark.parametrize("path", ["/", "/system", "/conversations/7?cursor=x"])
def test_a_path_of_ours_is_followed(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("path", ["", "system", "//evil", "/\\evil", "https://evil", "/a\nb", "javascript:x"])
def test_a_path_to_elsewhere_is_not(path: str) -> None:
    assert local_path(path) == "/"


def row(ledger_id: int, status: str, **more: object) -> SimpleNamespace:
    values: dict[str, object] = {"reason": None, "error": None, "body": "reply", "provider_message_id": None}
    values |= {"available_at": NOW + timedelta(minutes=1), "created_at": NOW}
    return SimpleNamespace(id=ledger_id, status=status, **{**values, **more})


def message(sid: str, status: str, callback: str = "") -> SimulatedMessage:
    return SimulatedMessage(sid, "outbound-api", OURS, LEAD, "reply", status=status, status_callback=callback)


def test_a_phone_shows_a_message_once_wherever_it_is_known() -> None:
    by_sid = screen([message("SM1", "delivered")], [row(1, "DELIVERED", provider_message_id="SM1")], OURS)
    by_ref = screen([message("SM1", "sent", "http://desk/status?ref=1")], [row(1, "UNKNOWN")], OURS)
    assert [item.state for item in (*by_sid, *by_ref)] == ["delivered", "on its way"]


def test_a_phone_shows_what_is_held_back_and_why() -> None:
    rows = [
        row(1, "PENDING", reason="too_soon"),
        row(2, "BLOCKED", reason="opted_out"),
        row(3, "PENDING"),
        row(4, "SENT"),
    ]
    waiting, blocked, queued = screen([], rows, OURS)
    assert (waiting.state, waiting.until, waiting.note) == (
        "waiting",
        NOW + timedelta(minutes=1),
        Reason.TOO_SOON.words,
    )
    assert (blocked.state, blocked.note) == ("blocked", Reason.OPTED_OUT.words)
    assert (queued.state, queued.there) == ("queued", False)


def test_a_delivered_message_without_receipt_says_what_the_desk_knows() -> None:
    (item,) = screen([message("SM1", "delivered")], [row(1, "SENT", provider_message_id="SM1")], OURS)
    assert "no receipt has reached the desk" in item.note


def test_facts_come_in_the_order_in_which_they_were_learned() -> None:
    fields = {
        "service": {"value": "taps", "reader": "rules", "event_id": "9", "at": "2026-11-20T17:01:00+00:00"},
        "name": {"value": "Ada", "reader": "rules", "event_id": "8", "at": "2026-11-20T17:00:00+00:00"},
        "by_hand": "gate code 4",
    }
    assert [(fact.name, fact.value) for fact in known(fields)] == [
        ("name", "Ada"),
        ("service", "taps"),
        ("by hand", "gate code 4"),
    ]
