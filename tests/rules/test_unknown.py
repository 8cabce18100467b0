"""What the carrier's list says of an unknown message."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from frontdesk.effects import SendClass
from frontdesk.message import ReceiptStatus
from frontdesk.outbox.unknown import (
    INDEXING_DELAY,
    RECEIPT_COMES,
    Again,
    Later,
    NeedsAPerson,
    Suspect,
    WasSent,
    after_listing,
    without_list,
)
from frontdesk.provider import SentMessage

STARTED = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
SUSPECT = Suspect("+1ours", "+1lead", "Your name?", SendClass.REPLY, STARTED, False)
MATCH = SentMessage("SM1", "+1lead", "+1ours", "Your name?", ReceiptStatus.SENT, "sent", STARTED)
LATE = STARTED + INDEXING_DELAY


def test_a_match_is_ours_the_oldest_that_belongs_to_nobody() -> None:
    later = replace(MATCH, provider_message_id="SM2", created_at=STARTED + timedelta(seconds=5))
    assert after_listing(SUSPECT, [later, MATCH], set(), STARTED) == WasSent(MATCH)
    assert after_listing(SUSPECT, [later, MATCH], {"SM1"}, STARTED) == WasSent(later)


def test_a_carriers_sentence_in_front_does_not_hide_a_match() -> None:
    trial = replace(MATCH, body="Sent from your trial account - Your name?")
    assert after_listing(SUSPECT, [trial], set(), STARTED) == WasSent(trial)


@pytest.mark.parametrize(
    "other",
    [
        replace(MATCH, to="+1other"),
        replace(MATCH, from_="+1elsewhere"),
        replace(MATCH, created_at=STARTED - timedelta(minutes=5)),
    ],
)
def test_what_is_not_ours_counts_as_nothing(other: SentMessage) -> None:
    assert after_listing(SUSPECT, [other], set(), LATE) == Again()


def test_an_empty_list_proves_nothing_before_the_indexing_delay() -> None:
    assert after_listing(SUSPECT, [], set(), LATE - timedelta(seconds=1)) == Later()
    assert after_listing(SUSPECT, [], set(), LATE) == Again()


def test_it_is_sent_again_once_and_only_where_a_person_asked_for_it() -> None:
    assert after_listing(replace(SUSPECT, resent=True), [], set(), LATE) == NeedsAPerson()
    assert after_listing(replace(SUSPECT, send_class=SendClass.UNPROMPTED), [], set(), LATE) == NeedsAPerson()


def test_a_message_of_nobodys_to_the_same_phone_is_for_a_person() -> None:
    stranger = replace(MATCH, body="something else")
    assert after_listing(SUSPECT, [stranger], set(), LATE) == NeedsAPerson()
    assert after_listing(SUSPECT, [stranger], {"SM1"}, LATE) == Again()


def test_without_a_list_a_receipt_is_waited_for_and_then_a_person_decides() -> None:
    over = STARTED + RECEIPT_COMES
    assert without_list(STARTED, over - timedelta(seconds=1)) == Later()
    assert without_list(STARTED, over) == NeedsAPerson()
