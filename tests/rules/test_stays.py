"""What the monitor notes when a client is elsewhere than it was: moved, written by hand, corrected, done or gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from frontdesk.watching.stays import Change, Noted, note

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
T1, T2 = NOW - timedelta(hours=9), NOW - timedelta(hours=2)


def change(
    state: str | None, entered: datetime | None, noted: str | None, since: datetime | None, **more: Any
) -> Change:
    return Change(7, state, entered, more.get("done", False), more.get("completed_at"), noted, since)


@pytest.mark.parametrize(
    ("what", "seen", "noted"),
    [
        ("a new client", change("S1", T2, None, None), Noted(begins_at=T2)),
        ("a row written by hand without a time", change("S1", None, None, None), Noted(begins_at=NOW, by_hand=True)),
        ("who moved on", change("S2", T2, "S1", T1), Noted(ended_at=T2, begins_at=T2)),
        ("a state that a person wrote alone", change("S4", T1, "S1", T1), Noted(ended_at=NOW, begins_at=NOW, by_hand=True)),
        ("a state and no time", change("S4", None, "S1", T1), Noted(ended_at=NOW, begins_at=NOW, by_hand=True)),
        ("who left and came back", change("S1", T2, "S1", T1), Noted(ended_at=T2, begins_at=T2)),
        ("a time that a person put back", change("S1", T1, "S1", T2), Noted(begins_at=T1, correct=True)),
        ("a time that a person took away", change("S1", None, "S1", T1), Noted(begins_at=NOW, by_hand=True, correct=True)),
        ("who is done", change("COMPLETE", T2, "S9", T1, done=True), Noted(ended_at=T2)),
        ("who is done since", change("S9", T1, "S9", T1, done=True, completed_at=T2), Noted(ended_at=T2)),
        ("done by a hand that gave no time", change("COMPLETE", T1, "S9", T1, done=True), Noted(ended_at=NOW)),
        ("done before it began", change("S9", T2, "S9", T2, done=True, completed_at=T1), Noted(ended_at=T2)),
        ("a row that is gone", change(None, None, "S9", T1, done=True), Noted(ended_at=NOW)),
    ],
)  # fmt: skip
def test_what_is_noted_of(what: str, seen: Change, noted: Noted) -> None:
    assert note(seen, NOW) == noted, what
