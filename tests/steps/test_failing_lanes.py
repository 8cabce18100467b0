"""What a failing event does to its lane: it waits, it holds, or it goes; its neighbours are handled once, and in order."""

import asyncio
from datetime import datetime, timedelta

from crowd import Crowd, crowd, lane_of

from frontdesk.db.clock import LeaseClock
from frontdesk.db.pool import PUBLIC, Tx
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Event
from frontdesk.loop import Wake
from frontdesk.steps.handle import Handling

STATES = "SELECT request_id, status, attempts FROM webhook_events ORDER BY received_at, id"


async def states(people: Crowd) -> list[tuple[str, str, int]]:
    return [tuple(row) for row in await people.rows(STATES)]


def test_a_lane_that_is_to_wait_holds_after_the_last_try_and_goes_on_in_order_when_a_person_has_it_retried(
    dsn: str,
) -> None:
    broken = True

    async def fails(event: Event) -> None:
        if broken:
            raise ValueError("broken")

    async def story() -> None:
        nonlocal broken
        async with crowd(dsn, hold=["dialpad"], max_tries=2) as people:
            people.prepare["dialpad"] = fails
            (bad,) = await people.arrive(1, ["+1"], kind="dialpad")
            (behind,) = await people.arrive(1, ["+1"])
            (elsewhere,) = await people.arrive(1, ["+2"])
            await people.until_done(elsewhere)
            await people.until("SELECT 1 FROM inbox_lanes WHERE ready_at IS NULL")
            await asyncio.sleep(0.3)
            assert await states(people) == [(bad, "held", 2), (behind, "waiting", 0), (elsewhere, "done", 1)]

            await wake(people)  # still broken: it is tried once, and held again
            await people.until("SELECT 1 FROM webhook_events WHERE status = 'held' AND attempts = 3")
            (late,) = await people.arrive(1, ["+1"])
            broken = False
            await wake(people)
            await people.until_done(bad, behind, late)
            assert await people.effects() == [elsewhere, bad, behind, late]
            assert await people.rows("SELECT 1 FROM inbox_lanes") == []

    asyncio.run(story())


async def wake(people: Crowd) -> None:
    async with people.desk.db.transaction() as tx:
        assert await inbox.wake_lane(tx, lane_of(1, "+1"), lease_now=people.desk.lease_clock.now())


def test_a_type_that_is_not_to_wait_dies_and_its_lane_goes_on(dsn: str) -> None:
    async def fails(event: Event) -> None:
        raise ValueError("broken")

    async def story() -> None:
        async with crowd(dsn, hold=["twilio_sms"], max_tries=2) as people:
            people.prepare["dialpad"] = fails
            (bad,) = await people.arrive(1, ["+1"], kind="dialpad")
            (behind,) = await people.arrive(1, ["+1"])
            await people.until_done(behind)
            assert await states(people) == [(bad, "dead", 2), (behind, "done", 1)]

    asyncio.run(story())


def test_of_events_settled_together_those_before_the_one_that_fails_are_done_and_those_behind_it_wait(
    dsn: str,
) -> None:
    broken, again = True, asyncio.Event()

    async def fails(event: Event, tx: Tx) -> None:
        if broken and event.request_id.endswith(":3"):
            again.set() if event.tries > 1 else None
            raise ValueError("the third fails")

    async def story() -> None:
        nonlocal broken
        async with crowd(dsn, at_work=False) as people:
            sent = await people.arrive(1, ["+1"] * 5)
        async with crowd(dsn, reads_nothing=True, first_retry_seconds=0.3) as people:
            people.commit = fails
            await people.until("SELECT 1 FROM webhook_events WHERE status = 'retrying'")
            tried = [("done", 1), ("done", 1), ("retrying", 1), ("waiting", 0), ("waiting", 0)]
            assert [row[1:] for row in await states(people)] == tried
            assert await people.effects() == sent[:2]
            await again.wait()
            broken = False
            await people.until_done(*sent)
            assert await people.effects() == sent
            done = [row.attempts for row in await people.rows("SELECT attempts FROM webhook_events ORDER BY id")]
            assert done[:2] == [1, 1]
            assert done[2] >= 3
            assert done[3:] == [1, 1]

    asyncio.run(story())


def test_a_failure_in_one_lane_undoes_nothing_in_the_lanes_that_are_settled_with_it(dsn: str) -> None:
    async def fails(event: Event, tx: Tx) -> None:
        if event.webhook_type == "dialpad":
            await tx.run("SELECT 1 / 0")

    async def story() -> None:
        async with crowd(dsn, at_work=False) as people:
            sent = await people.arrive(1, (f"+1{number}" for number in range(20)))
            bad = await people.arrive(1, (f"+2{number}" for number in range(5)), kind="dialpad")
            sent += await people.arrive(1, (f"+3{number}" for number in range(20)))
        async with crowd(dsn, max_tries=2, client_share=1) as people:
            people.commit = fails
            await people.until_done(*sent)
            await people.until("SELECT 1 FROM dead_letters HAVING count(*) = 5")
            assert sorted(await people.effects()) == sorted(sent)
            assert {row[:2] for row in await states(people) if row[0] in bad} == {(one, "dead") for one in bad}

    asyncio.run(story())


class Hands(LeaseClock):
    """Lease time that stands still until it is moved."""

    at: datetime

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """The moment that was set."""
        return self.at


async def live(people: Crowd, killed: asyncio.Event, at: datetime) -> bool:
    """A worker's life: it claims once and works until nothing is in hand, or until it is killed; true if it was."""
    desk = people.desk
    parts = (desk.db, PUBLIC, desk.clock, Hands(at), desk.registry)
    handling = Handling(*parts, desk.settings.worker, Wake())
    before = asyncio.all_tasks()
    if not await handling.step():
        return False
    death, drained = asyncio.create_task(killed.wait()), asyncio.create_task(handling.drain())
    await asyncio.wait([death, drained], return_when=asyncio.FIRST_COMPLETED)
    for task in asyncio.all_tasks() - before:
        task.cancel()
    await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)
    return killed.is_set()


async def lives_until_nothing_is_left(people: Crowd, killed: asyncio.Event) -> int:
    """One worker after another, each when the leases of the one before have run out; returns how many were killed."""
    at, deaths = people.desk.lease_clock.now(), 0
    while await people.rows("SELECT 1 FROM inbox_lanes"):
        killed.clear()
        deaths += await live(people, killed, at)
        at += timedelta(minutes=1)
        assert deaths < 50, "it never ends"
    return deaths


def test_an_event_that_kills_its_workers_is_buried_and_those_around_it_are_done(dsn: str) -> None:
    killed = asyncio.Event()

    async def kills(event: Event) -> None:
        killed.set()
        await asyncio.Event().wait()

    async def story() -> None:
        async with crowd(dsn, at_work=False, max_tries=3, reads_nothing=True, client_share=1) as people:
            people.prepare["dialpad"] = kills
            sent = await people.arrive(1, ["+1", "+1"])
            (poison,) = await people.arrive(1, ["+1"], kind="dialpad")
            sent += await people.arrive(1, ["+1", *(f"+2{number}" for number in range(10))])
            assert await lives_until_nothing_is_left(people, killed) == 3
            assert {row[:2] for row in await states(people)} == {(one, "done") for one in sent} | {(poison, "dead")}
            effects = await people.effects()
            assert sorted(effects) == sorted(sent)
            assert [one for one in effects if one.startswith("1:+1:")] == sent[:3]
            (letter,) = await people.rows("SELECT error FROM dead_letters")
            assert "died or hung" in letter.error

    asyncio.run(story())


def test_an_event_that_kills_its_workers_takes_no_lane_down_that_is_in_hand_with_it(dsn: str) -> None:
    killed = asyncio.Event()

    async def kills(event: Event) -> None:
        killed.set()
        await asyncio.Event().wait()

    async def takes_a_while(event: Event) -> None:
        await asyncio.sleep(0.05)

    async def story() -> None:
        async with crowd(dsn, at_work=False, max_tries=3, client_share=1) as people:
            people.prepare |= {"dialpad": kills, "twilio_sms": takes_a_while}
            sent = await people.arrive(1, (f"+1{number}" for number in range(5)))
            (poison,) = await people.arrive(1, ["+2"], kind="dialpad")
            sent += await people.arrive(1, (f"+3{number}" for number in range(5)))
            await lives_until_nothing_is_left(people, killed)
            assert {row[:2] for row in await states(people)} == {(one, "done") for one in sent} | {(poison, "dead")}

    asyncio.run(story())
