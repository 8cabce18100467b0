"""Why a message is where it is, in words: a sentence for every state, and never a date that no clock reaches."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontdesk.outbox.gate import FOR_A_PERSON, Block, Mode, Reason, Scope, Send, Wait
from frontdesk.outbox.model import LedgerStatus
from frontdesk.steps.addressed import e164
from frontdesk.web.standing import short_reason, standing, switch_words, verdict_words
from frontdesk.web.words import moment

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(hours=1), NOW - timedelta(hours=1)


def row(status: str, **more: Any) -> Any:
    values: dict[str, Any] = {
        "id": 7, "status": status, "reason": None, "error": None, "error_code": None, "available_at": EARLIER,
        "reconcile_at": None, "behind_id": None, "behind_status": None, "open_until": None, "next_slot_at": EARLIER,
        "provider": "twilio",
    }  # fmt: skip
    return SimpleNamespace(**{**values, **more})


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (row("PENDING"), "it is due, and goes as soon as a worker takes it"),
        (row("PENDING", available_at=LATER), "it is scheduled for later"),
        (row("PENDING", available_at=LATER, error="refused"), "the last try failed (refused); it is tried again"),
        (row("PENDING", available_at=FOR_A_PERSON, reason="switched_off"), Reason.SWITCHED_OFF.words),
        (row("PENDING", available_at=LATER, reason="quiet_hours"), Reason.QUIET_HOURS.words),
        (row("PENDING", behind_id=3, behind_status="UNKNOWN"), "message 3 to the same phone may have been sent"),
        (row("PENDING", behind_id=3, behind_status="SENDING"), "message 3 to the same phone is on its way"),
        (row("PENDING", open_until=LATER), "twilio does not work just now"),
        (row("PENDING", open_until=EARLIER), "it is due"),
        (row("PENDING", next_slot_at=LATER), "its turn comes"),
        (row("SENDING"), "it is being sent"),
        (row("SENT"), "no receipt says yet"),
        (row("UNKNOWN"), "a person decides"),
        (row("UNKNOWN", reconcile_at=LATER), "the carrier's list is being asked"),
        (row("BLOCKED", reason="opted_out"), Reason.OPTED_OUT.words),
        (row("CANCELLED", reason="cancelled by a person"), "cancelled by a person"),
        (
            row("FAILED", error="Not sent", error_code="30006"),
            "Not sent (a landline, or a carrier that takes no texts)",
        ),
        (row("FAILED", error="Not sent", error_code="1"), "Not sent"),
    ],
)
def test_where_a_message_stands_is_said(message: Any, said: str) -> None:
    assert said in standing(message, NOW)


@given(
    st.sampled_from(list(LedgerStatus)),
    st.one_of(st.none(), st.sampled_from([reason.value for reason in Reason])),
    st.one_of(st.none(), st.just("it failed")),
    st.booleans(),
)
def test_no_reason_is_said_by_its_name_and_none_is_left_out(
    status: LedgerStatus, reason: str | None, error: str | None, needs_a_person: bool
) -> None:
    said = short_reason(status.value, reason, error, needs_a_person=needs_a_person)
    assert said not in list(Reason)
    if reason is not None and status in (LedgerStatus.PENDING, LedgerStatus.BLOCKED):
        assert said == Reason(reason).words
    if error is not None and status in (LedgerStatus.FAILED, LedgerStatus.UNDELIVERED):
        assert said == error


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Send(), ("send", None, None)),
        (Wait(LATER, Reason.QUIET_HOURS), ("wait", "quiet_hours", LATER)),
        (Wait(FOR_A_PERSON, Reason.SWITCHED_OFF), ("wait", "switched_off", None)),
        (Block(Reason.OPTED_OUT), ("block", "opted_out", None)),
    ],
)
def test_what_the_gate_says_has_words_and_no_time_for_a_person(verdict: Any, expected: tuple[Any, ...]) -> None:
    kind, reason, words, until = verdict_words(verdict)
    assert (kind, reason, until) == expected
    assert words


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("mode", list(Mode))
def test_every_switch_has_a_sentence(scope: Scope, mode: Mode) -> None:
    said = switch_words(scope.value, "" if scope is Scope.GLOBAL else "bulk", mode.value)
    assert said.endswith(".")
    assert ("wait" in said) == (mode is Mode.STOP)


@pytest.mark.parametrize(
    ("text", "number"),
    [("+1 (202) 555-0143", "+12025550143"), ("+44 7700.900123", "+447700900123"), ("+12025550143", "+12025550143")],
)
def test_a_number_may_be_written_as_people_do(text: str, number: str) -> None:
    assert e164(text) == number


@given(st.text(max_size=20))
def test_what_is_taken_for_a_number_is_one_and_stays_the_same(text: str) -> None:
    try:
        number = e164(text)
    except ValueError:
        return
    assert number[0] == "+"
    assert number[1:].isascii()
    assert number[1:].isdigit()
    assert 7 <= len(number) - 1 <= 15
    assert e164(number) == number


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (None, "–"),
        (NOW + timedelta(minutes=5), "17:05:00"),
        (NOW + timedelta(days=3), "Mon 23 Nov, 17:00"),
        (NOW + timedelta(days=60), "Tue 19 Jan 2027, 17:00"),
    ],
)
def test_a_time_to_come_has_its_date_where_that_is_not_today(at: datetime | None, said: str) -> None:
    assert moment(at, UTC, NOW) == said
