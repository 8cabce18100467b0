"""Replay cannot text twice; its acts are counted, recorded, and carried out at a rate by the desk itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from frontdesk.db.pool import Tx
from frontdesk.errors import KeyUsed, NotPossible, NotThere
from frontdesk.inbox.model import Event, Selection
from frontdesk.steps import unstick
from frontdesk.steps.replay import Done, Order, cancel_replay, dismiss, put_back_due, replay, would_match
from frontdesk.testing import LEAD, FrozenClock, RunningDesk, running_desk, scratch_settings

ALL = Selection()
NOBODYS = "+12025550199"
QUICK = {"first_retry_seconds": 0.02, "poll_seconds": 0.1, "max_tries": 2}


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: object) -> None:
    async def run() -> None:
        async with running_desk(dsn, **more) as desk:
            await story(desk)

    asyncio.run(run())


def break_handler(desk: RunningDesk) -> Callable[[], None]:
    """Let every text fail, as a handler with a fault in it does; the answer mends it."""
    handlers = desk.desk.registry.handlers
    sound = handlers["twilio_sms"]

    async def broken(event: Event) -> Any:
        raise RuntimeError("the calendar is not there")

    handlers["twilio_sms"] = broken
    return lambda: handlers.update(twilio_sms=sound)


async def until(desk: RunningDesk, query: str, seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not (await desk.rows(query))[0][0]:
            await asyncio.sleep(0.05)


async def died(desk: RunningDesk, count: int) -> None:
    await until(
        desk, f"SELECT count(*) >= {count} FROM dead_letters WHERE replayed_at IS NULL AND dismissed_at IS NULL"
    )


async def act(
    desk: RunningDesk, selection: Selection = ALL, *, what: str = "replay", rate: float | None = None, **more: Any
) -> Done:
    """One order, carried out as the command line does it."""
    parts = (desk.desk.db, desk.desk.bucket, desk.desk.clock)
    order = Order(selection, more.pop("actor", "cli:ada"), **more)
    if what == "dismiss":
        return await dismiss(*parts, order)
    if what == "cancel":
        return await cancel_replay(*parts, order)
    done = await replay(*parts, order, rate=rate)
    while done.replayed and await put_back_due(*parts, desk.desk.lease_clock):
        pass
    return done


async def audited(desk: RunningDesk) -> Sequence[Any]:
    return await desk.rows("SELECT at, actor, action, subject, details FROM audit_log ORDER BY id")


def test_eight_who_replay_at_once_after_the_handler_was_mended_make_one_reply(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        mend = break_handler(desk)
        await desk.text("Hi there")
        await died(desk, 1)
        (letter,) = await desk.rows("SELECT attempts, error, first_error FROM dead_letters")
        assert tuple(letter) == (2, "the calendar is not there", "the calendar is not there")
        mend()
        done = await asyncio.gather(*(act(desk, actor=f"cli:{n}") for n in range(8)))
        await desk.settled()
        assert sorted(one.replayed for one in done) == [0] * 7 + [1]
        assert [message.to for message in desk.carrier.sent] == [LEAD]
        (row,) = await desk.rows("SELECT status, collision_count FROM outbound_message_log")
        assert tuple(row) == ("DELIVERED", 0)
        (event,) = await desk.rows("SELECT status FROM webhook_events WHERE webhook_type = 'twilio_sms'")
        assert event.status == "done"
        assert len(await audited(desk)) == 1  # those who found nothing did nothing

    at_desk(dsn, story, settings=scratch_settings(worker=QUICK))


def test_an_event_that_was_answered_is_replayed_without_a_second_text(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi there")
        await desk.settled()
        await desk.rows(
            "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, "
            "attempts, code_version, died_at) "
            "SELECT received_at, id, lane, 'message', webhook_type, 'by hand', 'by hand', 1, '1', received_at "
            "FROM webhook_events WHERE webhook_type = 'twilio_sms' RETURNING id"
        )
        for _ in range(3):
            assert (await act(desk)).replayed == 1
            await desk.settled()
            await desk.rows("UPDATE dead_letters SET replayed_at = NULL RETURNING id")
        assert len(desk.carrier.sent) == 1
        (said,) = await desk.rows("SELECT count(*) AS n FROM messages WHERE direction = 'outbound'")
        assert said.n == 1

    at_desk(dsn, story)


def test_a_reply_that_a_handler_put_before_it_died_is_stopped_by_its_key(dsn: str) -> None:
    """Also where nothing but the ledger remembers: the message rows of the first time are gone."""

    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi there")
        await desk.settled()
        await desk.rows("DELETE FROM messages RETURNING id")
        await desk.rows(
            "UPDATE conversations SET last_question_key = NULL, questions_asked_count = 0, flow_state = '{}' RETURNING id"
        )
        await desk.rows(
            "INSERT INTO dead_letters (event_received_at, event_id, lane, lane_class, webhook_type, fingerprint, error, "
            "attempts, code_version, died_at) "
            "SELECT received_at, id, lane, 'message', webhook_type, 'by hand', 'by hand', 1, '1', received_at "
            "FROM webhook_events WHERE webhook_type = 'twilio_sms' RETURNING id"
        )
        await act(desk)
        await desk.settled()
        (row,) = await desk.rows("SELECT collision_count FROM outbound_message_log")
        assert row.collision_count == 1
        assert len(desk.carrier.sent) == 1

    at_desk(dsn, story)


def test_a_letter_is_replayed_while_its_lane_has_newer_events(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        async with desk.desk.db.transaction() as tx:
            await tx.run("CREATE TABLE handled (place serial, body text)")
        broken = True

        @desk.desk.on("twilio_sms")
        def note(event: Event, tx: Tx) -> None:
            if event.payload["Body"].startswith("bad") and broken:
                raise RuntimeError("not yet")
            tx.put("INSERT INTO handled (body) VALUES (%s)", (event.payload["Body"],))

        for body in ("bad 1", "good 1", "bad 2", "good 2"):
            await desk.text(body)
        await died(desk, 2)
        await desk.settled()
        broken = False

        async def replay_while_more_comes() -> None:
            await asyncio.sleep(0.05)
            assert (await act(desk)).replayed == 2

        async def more() -> None:
            for n in range(3, 23):
                await desk.text(f"good {n}")

        await asyncio.gather(replay_while_more_comes(), more())
        await desk.settled()
        bodies = [row.body for row in await desk.rows("SELECT body FROM handled ORDER BY place")]
        assert sorted(bodies) == sorted(["bad 1", "bad 2", *(f"good {n}" for n in range(1, 23))])
        for kind in ("bad", "good"):
            numbers = [int(body.split()[1]) for body in bodies if body.startswith(kind)]
            assert numbers == sorted(numbers)

    at_desk(dsn, story, settings=scratch_settings(worker=QUICK))


def test_the_scheduler_puts_scheduled_letters_back_and_not_faster_than_their_rate_allows(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for n in range(12):
            await desk.text("Hi", lead=f"+120255502{n:02}", number=NOBODYS)
        await died(desk, 12)
        began = desk.desk.clock.now()
        done = await act(desk, rate=2)
        assert (done.matched, done.replayed, done.scheduled) == (12, 0, 12)
        assert done.last_replay_at is not None
        assert timedelta(seconds=5.5) <= done.last_replay_at - began <= timedelta(seconds=6)
        await until(desk, "SELECT count(*) = 12 FROM dead_letters WHERE deaths = 2", 30)
        again = sorted(row.died_at for row in await desk.rows("SELECT died_at FROM dead_letters"))
        assert again[-1] - began >= timedelta(seconds=5.5)
        for n, at in enumerate(again):  # two seconds' worth at most in any one moment
            assert sum(at <= other < at + timedelta(seconds=0.5) for other in again[n:]) <= 5

    at_desk(dsn, story, settings=scratch_settings(worker=QUICK))


def test_what_was_marked_goes_back_although_its_caller_was_killed(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for n in range(3):
            await desk.text("Hi", lead=f"+120255502{n:02}", number=NOBODYS)
        await died(desk, 3)
        parts = (desk.desk.db, desk.desk.bucket, desk.desk.clock)
        assert (await replay(*parts, Order(ALL, "cli:ada"))).replayed == 3  # and no put_back_due follows
        await until(desk, "SELECT count(*) = 3 FROM dead_letters WHERE deaths = 2")

    at_desk(dsn, story, settings=scratch_settings(worker=QUICK))


def test_scheduled_letters_are_neither_counted_twice_nor_moved_and_can_be_cancelled(dsn: str) -> None:
    clock = FrozenClock()

    async def story(desk: RunningDesk) -> None:
        for n in range(4):
            await desk.text("Hi", lead=f"+120255502{n:02}", number=NOBODYS)
        await died(desk, 4)
        assert (await act(desk, rate=0.5)).scheduled == 4
        assert await act(desk) == Done()
        assert await act(desk, rate=100) == Done()
        (shown,) = await would_match(desk.desk.db, desk.desk.bucket, Selection(scheduled=True), limit=5)
        await until(desk, "SELECT count(*) = 1 FROM dead_letters WHERE deaths = 2")
        assert shown.last_replay_at == clock.now() + timedelta(seconds=6)
        clock.move(seconds=2)
        await until(desk, "SELECT count(*) = 2 FROM dead_letters WHERE deaths = 2")
        assert (await act(desk, what="cancel")).cancelled == 2
        clock.move(seconds=8)
        await asyncio.sleep(1.5)
        (left,) = await desk.rows("SELECT count(*) AS n FROM dead_letters WHERE deaths = 1 AND replay_at IS NULL")
        assert left.n == 2
        assert [row.action for row in await audited(desk)] == ["replay", "cancel_replay"]

    at_desk(dsn, story, clock=clock, settings=scratch_settings(worker=QUICK))


def test_an_act_is_recorded_with_who_asked_for_what_and_at_which_rate(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for n in range(3):
            await desk.text("Hi", lead=f"+120255502{n:02}", number=NOBODYS)
        await died(desk, 3)
        (group,) = await would_match(desk.desk.db, desk.desk.bucket, ALL, limit=5)
        before = desk.desk.clock.now()
        ids = [row.id for row in await desk.rows("SELECT id FROM webhook_events ORDER BY id")]
        await act(desk, Selection(event_ids=(ids[0],)), what="dismiss", actor="admin")
        await act(desk, Selection(fingerprint=group.fingerprint, died_since=group.first_failed_at), rate=0.001)
        dismissed, replayed = await audited(desk)
        assert before <= dismissed.at <= replayed.at
        assert (dismissed.actor, dismissed.action, dismissed.subject) == ("admin", "dismiss", f"event {ids[0]}")
        assert dismissed.details == {"filter": {"event_ids": [ids[0]]}, "rate": None, "count": 1, "dismissed": 1}
        assert (replayed.actor, replayed.action, replayed.subject) == ("cli:ada", "replay", "dead letters")
        asked = {"fingerprint": group.fingerprint, "died_since": group.first_failed_at.isoformat()}
        assert (replayed.details["filter"], replayed.details["rate"], replayed.details["count"]) == (asked, 0.001, 2)
        assert await act(desk, Selection(event_ids=(ids[0],))) == Done()  # dismissed: not open any more

    at_desk(dsn, story, settings=scratch_settings(worker=QUICK))


def test_a_count_that_changed_and_a_failed_act_leave_neither_act_nor_record(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi", number=NOBODYS)
        await died(desk, 1)
        with pytest.raises(NotPossible, match="There are 1 such dead letters now, not 5"):
            await act(desk, what="dismiss", expected=5)
        assert await audited(desk) == []
        (open_ones,) = await would_match(desk.desk.db, desk.desk.bucket, ALL, limit=5)
        assert open_ones.letters == 1
        assert (await act(desk, what="dismiss", expected=1)).dismissed == 1

    at_desk(dsn, story, settings=scratch_settings(worker=QUICK))


def test_a_key_acts_once_whoever_is_faster_and_for_one_request_only(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.text("Hi", number=NOBODYS)
        await died(desk, 1)
        done = await asyncio.gather(*(act(desk, rate=0.001, key="k", expected=1) for _ in range(6)))
        assert done == [done[0]] * 6
        assert done[0].scheduled == 1
        assert await act(desk, rate=0.001, key="k") == done[0]
        with pytest.raises(KeyUsed):
            await act(desk, rate=0.002, key="k")
        with pytest.raises(KeyUsed):
            await act(desk, Selection(fingerprint="x"), rate=0.001, key="k")
        assert (await act(desk, rate=0.001, key="k", actor="bob")).matched == 0  # his own key, and nothing left
        assert len(await audited(desk)) == 1

    at_desk(dsn, story, settings=scratch_settings(worker=QUICK))


def test_a_held_lane_is_retried_or_goes_on_without_its_first_event(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        parts = (desk.desk.db, desk.desk.bucket, desk.desk.clock, desk.desk.lease_clock)
        mend = break_handler(desk)
        await desk.text("one")
        await until(desk, "SELECT count(*) = 1 FROM webhook_events WHERE status = 'held'")
        await desk.text("two")
        first, second = (row.id for row in await desk.rows("SELECT id FROM webhook_events ORDER BY id"))
        with pytest.raises(NotPossible, match=f"waits behind event {first}"):
            await unstick.park(*parts, second, actor="cli:ada")
        tried = await unstick.retry(*parts, second, actor="cli:ada")
        assert (tried.lane_was, tried.first_event_id) == ("held", first)
        await until(desk, "SELECT count(*) = 1 FROM webhook_events WHERE status = 'held' AND attempts = 3")
        mend()
        done = await asyncio.gather(*(unstick.park(*parts, first, actor="cli:ada", key="k") for _ in range(4)))
        assert done == [done[0]] * 4
        assert await unstick.park(*parts, first, actor="cli:ada", key="k") == done[0]
        await desk.settled()
        assert len(desk.carrier.sent) == 1
        with pytest.raises(NotPossible, match=f"frontdesk events replay {first}"):
            await unstick.retry(*parts, first, actor="cli:ada")
        with pytest.raises(NotPossible, match="was handled at"):
            await unstick.park(*parts, second, actor="cli:ada")
        with pytest.raises(NotThere):
            await unstick.retry(*parts, 999_999, actor="cli:ada")
        assert [(row.action, row.subject) for row in await audited(desk)] == [
            ("retry", f"event {second}"),
            ("park", f"event {first}"),
        ]
        assert (await act(desk, Selection(event_ids=(first,)))).replayed == 1
        await desk.settled()
        (left,) = await desk.rows("SELECT count(*) AS n FROM webhook_events WHERE status <> 'done'")
        assert left.n == 0

    at_desk(dsn, story, settings=scratch_settings(worker={**QUICK, "hold": ["twilio_sms"]}))
