"""Calls through the whole desk: legs joined, events in any order, moves refused with both states, payloads kept small."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from dialling import LINE, call, call_rows, clock_settings, post, posted, signed, text
from structlog.testing import capture_logs

from frontdesk.calls.model import MOVES, CallStatus
from frontdesk.testing import LEAD, FrozenClock, RunningDesk, running_desk

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "providers" / "fixtures" / "dialpad"
Story = Callable[[RunningDesk, FrozenClock], Awaitable[None]]


def play(dsn: str, story: Story, *, roles: tuple[str, ...] = ("worker", "scheduler"), **more: Any) -> None:
    async def run() -> None:
        clock, settings = clock_settings(**more)
        async with running_desk(dsn, settings=settings, clock=clock, roles=roles) as desk:
            await story(desk, clock)

    asyncio.run(run())


ASKS: dict[CallStatus, dict[str, Any]] = {
    CallStatus.RINGING: {"state": "ringing"},
    CallStatus.ACTIVE: {"state": "connected", "date_connected": 1795190408800},
    CallStatus.ENDED: {"state": "hangup", "date_connected": 1795190408800},
    CallStatus.MISSED: {"state": "missed"},
    CallStatus.REJECTED: {"state": "blocked"},
    CallStatus.VOICEMAIL: {"state": "voicemail_uploaded"},
}


def test_every_pair_of_states_posted_moves_or_warns_with_both_and_never_fails(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        pairs = [(one, two) for one in CallStatus for two in CallStatus]
        async with desk.desk.db.transaction() as tx:  # as written by hand: the row is the word
            for n, (one, _) in enumerate(pairs, 1):
                row = [str(n), one.value]
                await tx.connection.execute("INSERT INTO calls (dialpad_call_id, status) VALUES (%s, %s)", row)
        with capture_logs() as logs:
            for n, (_, two) in enumerate(pairs, 1):
                event = {**call("", clock.now() + timedelta(seconds=n), call_id=n, external_number=None), **ASKS[two]}
                assert (await post(desk, event)).status_code == 200
            await desk.settled()
        rows = {int(row.dialpad_call_id): row.status for row in await call_rows(desk)}
        warned = {int(log["call"]): log for log in logs if log["event"] == "call_move_not_legal"}
        for n, (one, two) in enumerate(pairs, 1):
            legal = two in MOVES[one]
            assert rows[n] == (two if legal else one)
            silent = legal or one is two or (one is CallStatus.VOICEMAIL and two is CallStatus.ENDED)
            assert (n in warned) is not silent, (one, two)
            if not silent:
                assert (warned[n]["status"], warned[n]["asked_for"]) == (one.value, two.value)
                assert warned[n]["log_level"] == "warning"
        assert await desk.rows("SELECT 1 FROM dead_letters") == []

    play(dsn, story)


LEGS = [  # main line, call center, agent: no id is on all three
    (1, "ringing", 0.5, {"date_rang": None}),
    (2, "connected", 20.0, {"date_rang": None, "date_connected": 1795190419500, "master_call_id": 1, "operator_call_id": 3}),
    (3, "connected", 20.1, {"date_connected": 1795190419500, "entry_point_call_id": 2}),
    (3, "hangup", 80.0, {"date_connected": 1795190419500, "entry_point_call_id": 2, "talk_time": 60400}),
    (2, "hangup", 80.1, {"date_rang": None, "date_connected": 1795190419500, "master_call_id": 1, "operator_call_id": 3}),
    (1, "hangup", 80.2, {"date_rang": None}),
]  # fmt: skip


@pytest.mark.parametrize("order", [range(6), [0, 2, 1, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 0, 3, 5, 1, 4]])
def test_three_legs_are_one_call_answered_once_in_whatever_order_they_come(dsn: str, order: list[int]) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        began = clock.now()
        clock.move(seconds=90)
        for at in order:
            number, state, seconds, more = LEGS[at]
            await posted(desk, call(state, began + timedelta(seconds=seconds), call_id=number, **more))
        (row,) = await call_rows(desk)
        assert (row.status, row.outcome, row.talk_seconds, row.text_back) == ("ended", "answered", 60, row.text_back)
        assert desk.carrier.sent == []
        (legs,) = await desk.rows("SELECT count(*) AS n, count(DISTINCT call_id) AS calls FROM call_legs")
        assert (legs.n, legs.calls) == (3, 1)

    play(dsn, story)


def test_legs_that_come_at_once_make_one_call(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        now = clock.now()
        legs = [
            call("hangup", now, call_id=n, external_number=None, master_call_id=9, internal_number=f"+141555501{n:02}")
            for n in range(10, 30)
        ]
        await asyncio.gather(*(post(desk, leg) for leg in legs))
        await desk.settled()
        assert len(await call_rows(desk)) == 1
        assert await desk.rows("SELECT 1 FROM dead_letters") == []

    play(dsn, story)


def test_a_transfer_that_nobody_takes_is_no_missed_call(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        now = clock.now()
        await posted(
            desk,
            call("connected", now, call_id=1, date_connected=1795190408800),
            call("hangup", now + timedelta(seconds=9), call_id=1, date_connected=1795190408800, is_transferred=True),
            call("ringing", now + timedelta(seconds=9), call_id=2, master_call_id=1),
            call("missed", now + timedelta(seconds=30), call_id=2, master_call_id=1),
            call("hangup", now + timedelta(seconds=31), call_id=2, master_call_id=1),
        )
        (row,) = await call_rows(desk)
        assert (row.status, row.outcome) == ("ended", "answered")
        assert desk.carrier.sent == []

    play(dsn, story)


def test_a_direction_that_nobody_knows_is_null_and_warned_of(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        with capture_logs() as logs:
            words = ["Incoming ", "OUT", "sideways", None, 7]
            await posted(
                desk, *(call("ringing", clock.now(), call_id=n, direction=word) for n, word in enumerate(words, 1))
            )
        assert [row.direction for row in await call_rows(desk)] == ["inbound", "outbound", None, None, None]
        assert [log["log_level"] for log in logs if log["event"] == "call_direction_not_known"] == ["warning"] * 3

    play(dsn, story)


def test_what_is_told_later_is_kept_beside_what_was_told_and_stays_small(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        now = clock.now()
        await posted(
            desk,
            call("hangup", now, date_connected=1795190408800, mos_score=4.41, was_recorded="TRUE"),
            call("call_transcription", now + timedelta(minutes=2), transcription_text="the boiler leaks " * 20_000),
            call("recap_summary", now + timedelta(minutes=3), recap_summary="A leak."),
        )
        (row,) = await call_rows(desk)
        kept = row.raw_payload
        assert (kept["call_id"], kept["mos_score"], kept["recap_summary"]) == (5780678246121500, 4.41, "A leak.")
        assert kept["transcription_text"].endswith("…[cut: was 340000 characters]")
        assert len(json.dumps(kept)) < 20_000
        (event,) = await desk.rows(
            "SELECT payload FROM webhook_events WHERE request_id LIKE %(id)s", id="%transcription%"
        )
        assert len(event.payload["transcription_text"]) == 340_000  # the archive has all of it

    play(dsn, story)


def test_an_inbound_text_at_dialpad_is_kept_and_not_answered(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await posted(desk, text("Do you fix boilers?", clock.now()), text("", clock.now(), direction="outbound", id=8))
        (first, _) = await desk.rows("SELECT status, client_id FROM webhook_events ORDER BY id")
        assert (first.status, first.client_id) == ("done", 1)
        assert await desk.rows("SELECT 1 FROM conversations") == []
        assert desk.carrier.sent == []

    play(dsn, story)


def test_a_line_that_belongs_to_no_client_makes_a_call_that_says_so(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.desk.serve_first_client("+12025550191")  # of two clients nobody knows whose line it is
        await posted(desk, call("hangup", clock.now(), call_id=1))
        async with desk.desk.db.transaction() as tx:
            await tx.connection.execute("INSERT INTO client_numbers (phone_e164, client_id) VALUES (%s, 2)", [LINE])
        await posted(desk, call("hangup", clock.now() + timedelta(seconds=1), call_id=2))
        one, two = await call_rows(desk)
        assert (one.client_id, one.text_back, two.client_id, two.text_back) == (None, "no_client", 2, "texted")

    play(dsn, story)


def test_an_outbound_call_finds_its_lead_and_makes_none(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await posted(desk, call("hangup", clock.now(), call_id=1, direction="outbound"))
        assert await desk.rows("SELECT 1 FROM leads") == []
        await desk.text("Hi")
        await desk.settled()
        await posted(desk, call("hangup", clock.now(), call_id=2, direction="outbound", external_number=LEAD))
        assert [row.lead_id for row in await call_rows(desk)] == [None, 1]

    play(dsn, story)


@pytest.mark.parametrize("body", [b"", b"{}", b"not-a-jwt", b"a.b.c", signed({"call_id": 1}, "another")])
def test_what_dialpad_did_not_sign_is_refused_and_nothing_is_stored(dsn: str, body: bytes) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        assert (await post(desk, {}, body=body or b" ")).status_code == 403
        assert await desk.rows("SELECT 1 FROM webhook_events") == []

    play(dsn, story, roles=())


def test_two_secrets_verify_while_one_is_rotated(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        for n, secret in enumerate(("old one", "puppy"), 1):
            event = call("ringing", clock.now(), call_id=n)
            assert (await post(desk, event, body=signed(event, secret))).status_code == 200
        await desk.settled()
        assert len(await call_rows(desk)) == 2

    clock, settings = clock_settings()
    both = settings.model_copy(
        update={"dialpad_webhook_secret": type(settings.dialpad_webhook_secret)("puppy, old one")}
    )

    async def run() -> None:
        async with running_desk(dsn, settings=both, clock=clock) as desk:
            await story(desk, clock)

    asyncio.run(run())


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"THE SHARED FIXTURES ARE NOT HERE: {FOLDER}")
@pytest.mark.parametrize(
    "name", sorted(path.stem for path in FOLDER.glob("*.json") if path.stem.startswith(("call-", "voicemail-")))
)
def test_the_shared_fixtures_end_in_the_database_as_they_should(dsn: str, name: str) -> None:
    fixture = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    secret, final = fixture["config"]["webhook_secret"], fixture.get("expected_final") or {}

    async def run() -> None:
        clock, settings = clock_settings()
        changes = {"dialpad_allow_unsigned": True, "dialpad_webhook_secret": None}
        if secret:
            changes = {"dialpad_webhook_secret": type(settings.dialpad_webhook_secret)(secret)}
        async with running_desk(dsn, settings=settings.model_copy(update=changes), clock=clock) as desk:
            for delivery in fixture["deliveries"]:
                assert (await post(desk, {}, body=delivery["request"]["body"].encode())).status_code == 200
                await desk.settled()
            rows = {row.dialpad_call_id: row for row in await call_rows(desk)}
            assert {one: rows[one].outcome for one in final.get("call_outcome", {})} == final.get("call_outcome", {})
            missed = sum(row.outcome == "missed" for row in rows.values())
            assert missed == final.get("missed_calls_created", missed)
            assert len(rows) == final.get("calls_created", len(rows))
            assert await desk.rows("SELECT 1 FROM dead_letters") == []
            for row in rows.values():
                assert len(json.dumps(row.raw_payload)) <= 20_000

    asyncio.run(run())


def test_a_leg_that_ends_on_a_line_of_nobodys_is_still_the_clients_whose_line_was_called(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.desk.serve_first_client("+12025550191")
        async with desk.desk.db.transaction() as tx:
            await tx.connection.execute("INSERT INTO client_numbers (phone_e164, client_id) VALUES (%s, 1)", [LINE])
        elsewhere = {"internal_number": "+14155550177", "master_call_id": 1, "target": {}}
        await posted(
            desk,
            call("ringing", clock.now(), call_id=1),
            call("ringing", clock.now(), call_id=2, **elsewhere),
            call("missed", clock.now(), call_id=1),
            call("missed", clock.now(), call_id=2, **elsewhere),  # with it the call is over
        )
        assert [(row.client_id, row.text_back) for row in await call_rows(desk)] == [(1, "texted")]

    play(dsn, story)
