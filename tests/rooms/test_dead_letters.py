"""Dead letters on real PostgreSQL: grouped, chosen, scheduled, put back in order, cancelled, dismissed, parked; audited."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from scratch import with_db

from frontdesk.audit import store as audit
from frontdesk.db.pool import Database
from frontdesk.inbox import by_hand, dead_letters
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, ClaimedLane, Selection
from frontdesk.message import Item, LaneClass

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
LEASE = timedelta(seconds=15)
ALL = Selection()


def arrival(request_id: str, lead: str, kind: str = "twilio_sms") -> Arrival:
    item = Item(kind, request_id, "+12025550100", lead, LaneClass.MESSAGE, {"Body": request_id})
    return Arrival(item, request_id.encode(), {}, uuid4().hex, timedelta(hours=24))


async def keep(
    db: Database,
    request_id: str,
    *,
    lead: int = 0,
    client: int | None = None,
    kind: str = "twilio_sms",
    at: datetime = NOW,
) -> None:
    served = {"+12025550100": client} if client is not None else {}
    async with db.transaction() as tx:
        await inbox.keep(tx, [arrival(request_id, f"+1202555{lead:04}", kind)], served, now=at, lease_now=NOW)


async def claim(db: Database, at: datetime = NOW) -> list[ClaimedLane]:
    async with db.transaction() as tx:
        return await inbox.claim(tx, lanes=100, per_lane=10, lease_now=at, leased_until=at + LEASE)


async def die(
    db: Database, lane: ClaimedLane, *, error: str = "boom", mark: str = "f", version: str = "1", at: datetime = NOW
) -> int:
    """The first event of a claimed lane dies; returns its id."""
    async with db.transaction() as tx:
        await inbox.fence(tx, {lane.lane: lane.claim_token})
        story = {"error": error, "fingerprint": mark, "code_version": version}
        assert await dead_letters.bury(tx, lane.events[0], **story, now=at, lease_now=NOW)
    return lane.events[0].event_id


async def dead(db: Database, request_id: str, **story: object) -> int:
    """An event that came and died; returns its id."""
    how = {name: story.pop(name) for name in ("lead", "client", "kind") if name in story}
    await keep(db, request_id, **how, at=story.get("at", NOW))  # type: ignore[arg-type]
    (lane,) = await claim(db)
    return await die(db, lane, **story)  # type: ignore[arg-type]


async def chosen(db: Database, selection: Selection) -> list[int]:
    """The event ids that a selection chooses, in the order of choosing."""
    async with db.transaction() as tx:
        letters = await dead_letters.choose(tx, selection)
        rows = await tx.all("SELECT id, event_id FROM dead_letters")
    return [{row.id: row.event_id for row in rows}[letter] for letter in letters]


async def schedule(db: Database, *, rate: float | None = None, at: datetime = NOW) -> datetime:
    async with db.transaction() as tx:
        letters = await dead_letters.choose(tx, replace(ALL, scheduled=False))
        apart = timedelta(seconds=1 / rate) if rate else timedelta()
        return await dead_letters.schedule(tx, letters, now=at, apart=apart)


async def put_back(db: Database, at: datetime, batch: int = 100, *, paced: bool = True) -> int:
    async with db.transaction() as tx:
        letters = await dead_letters.due(tx, now=at, batch=batch, paced=paced)
        if letters:
            await dead_letters.put_back(tx, letters, now=at, lease_now=NOW)
    return len(letters)


async def queued(db: Database) -> list[int]:
    async with db.transaction() as tx:
        return [row.event_id for row in await tx.all("SELECT event_id FROM inbox_queue ORDER BY received_at, event_id")]


async def times(db: Database) -> Sequence[float | None]:
    """Seconds from NOW to each open letter's time to go back, in the order of events."""
    async with db.transaction() as tx:
        rows = await tx.all(
            "SELECT replay_at FROM dead_letters WHERE replayed_at IS NULL ORDER BY event_received_at, event_id"
        )
    return [(row.replay_at - NOW).total_seconds() if row.replay_at else None for row in rows]


def test_groups_tell_what_died_of_what_and_since_when(dsn: str) -> None:
    async def story(db: Database) -> None:
        await dead(db, "a", lead=1, error="first 1", mark="one", version="0.9")
        await dead(db, "b", lead=2, error="first 2", mark="one", at=NOW + timedelta(minutes=5))
        newest = await dead(db, "c", lead=2, error="first 3", mark="one", at=NOW + timedelta(minutes=9))
        await dead(db, "d", lead=3, kind="twilio_status", error="other", mark="two")
        async with db.transaction() as tx:
            one, two = await dead_letters.groups(tx, ALL, limit=10)
            (largest,) = await dead_letters.groups(tx, ALL, limit=1)
        assert (one.fingerprint, one.webhook_type, one.letters, one.lanes) == ("one", "twilio_sms", 3, 2)
        assert (one.first_error, one.last_error) == ("first 1", "first 3")
        assert (one.first_failed_at, one.last_died_at) == (NOW, NOW + timedelta(minutes=9))
        assert (one.code_versions, one.tries, one.sample_event_id) == (["0.9", "1"], 1, newest)
        assert (two.fingerprint, two.webhook_type, two.letters) == ("two", "twilio_status", 1)
        assert (largest.letters, largest.letters_in_all, largest.groups_in_all) == (3, 4, 2)
        assert (largest.scheduled_in_all, largest.newest_died_at) == (0, NOW + timedelta(minutes=9))

    with_db(dsn, story)


def test_a_group_begins_with_the_first_try_that_failed(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a")
        (lane,) = await claim(db)
        async with db.transaction() as tx:
            await inbox.fence(tx, {lane.lane: lane.claim_token})
            await inbox.retry(tx, lane.events[0], "how it began", ready_at=NOW, available_at=NOW, now=NOW)
        (lane,) = await claim(db)
        await die(db, lane, error="how it ended", at=NOW + timedelta(hours=1))
        async with db.transaction() as tx:
            (group,) = await dead_letters.groups(tx, ALL, limit=10)
        assert (group.first_error, group.last_error, group.tries) == ("how it began", "how it ended", 2)
        assert (group.first_failed_at, group.last_died_at) == (NOW, NOW + timedelta(hours=1))

    with_db(dsn, story)


def test_every_condition_of_a_selection_narrows_it(dsn: str) -> None:
    async def story(db: Database) -> None:
        later = NOW + timedelta(hours=1)
        one = await dead(db, "a", lead=1, client=7, mark="x")
        two = await dead(db, "b", lead=2, kind="twilio_status", mark="x", at=later)
        three = await dead(db, "c", lead=3, mark="y", at=later)
        for selection, expected in {
            ALL: [one, two, three],
            Selection(event_ids=(three, one, 999)): [one, three],
            Selection(event_ids=()): [],
            Selection(fingerprint="x"): [one, two],
            Selection(webhook_type="twilio_sms"): [one, three],
            Selection(died_since=later): [two, three],
            Selection(died_until=NOW): [one],
            Selection(died_since=NOW, died_until=later): [one, two, three],
            Selection(client_id=7): [one],
            Selection(fingerprint="x", webhook_type="twilio_sms"): [one],
            Selection(fingerprint="x", client_id=8): [],
        }.items():
            assert await chosen(db, selection) == expected, selection
            async with db.transaction() as tx:
                groups = await dead_letters.groups(tx, selection, limit=10)
                listed = await dead_letters.list_letters(tx, selection, limit=10)
            assert sum(group.letters for group in groups) == len(listed) == len(expected)

    with_db(dsn, story)


def test_letters_are_listed_newest_first_from_any_place_on(dsn: str) -> None:
    async def story(db: Database) -> None:
        ids = [await dead(db, f"id{n}", lead=n, at=NOW + timedelta(seconds=n // 2)) for n in range(6)]
        async with db.transaction() as tx:
            first = await dead_letters.list_letters(tx, ALL, limit=4)
            place = {"before_at": first[-1].died_at.isoformat(), "before_id": first[-1].id}
            rest = await dead_letters.list_letters(tx, ALL, **place, limit=4)
        assert [row.event_id for row in [*first, *rest]] == ids[::-1]

    with_db(dsn, story)


def test_a_rate_gives_each_letter_its_time_in_the_order_of_their_events(dsn: str) -> None:
    async def story(db: Database) -> None:
        for n in range(5):
            await dead(db, f"id{n}", lead=n % 2, at=NOW + timedelta(milliseconds=n))
        last = await schedule(db, rate=2)
        assert last == NOW + timedelta(seconds=2)
        assert await times(db) == [0, 0.5, 1, 1.5, 2]

    with_db(dsn, story)


def test_what_is_due_goes_back_in_bounded_batches_at_its_old_place(dsn: str) -> None:
    async def story(db: Database) -> None:
        ids = [await dead(db, f"id{n}", lead=n % 3, at=NOW + timedelta(milliseconds=n)) for n in range(7)]
        await keep(db, "newer", lead=0, at=NOW + timedelta(seconds=1))
        assert await put_back(db, NOW) == 0
        await schedule(db)
        assert [await put_back(db, NOW, batch=3) for _ in range(4)] == [3, 3, 1, 0]
        assert (await queued(db))[:7] == ids
        lanes = {lane.lane: [q.event_id for q in lane.events] for lane in await claim(db)}
        assert sorted(len(events) for events in lanes.values()) == [2, 2, 4]
        assert all(events == sorted(events) for events in lanes.values())
        async with db.transaction() as tx:
            states = await tx.all("SELECT DISTINCT status, attempts FROM webhook_events")
            open_ones = await dead_letters.groups(tx, ALL, limit=10)
        assert [tuple(state) for state in states] == [("waiting", 0)]
        assert open_ones == []

    with_db(dsn, story)


def test_letters_go_back_one_by_one_as_their_time_comes(dsn: str) -> None:
    async def story(db: Database) -> None:
        for n in range(4):
            await dead(db, f"id{n}", lead=n)
        await schedule(db, rate=0.5)
        back = [await put_back(db, NOW + timedelta(seconds=n)) for n in range(8)]
        assert back == [1, 0, 1, 0, 1, 0, 1, 0]

    with_db(dsn, story)


def test_a_schedule_that_nobody_worked_on_is_caught_up_at_twice_its_rate_and_not_all_at_once(dsn: str) -> None:
    async def story(db: Database) -> None:
        for n in range(20):
            await dead(db, f"id{n}", lead=n, at=NOW + timedelta(milliseconds=n))
        await schedule(db, rate=2)
        assert await put_back(db, NOW) == 1
        an_hour_later = NOW + timedelta(hours=1)
        assert [await put_back(db, an_hour_later + timedelta(seconds=n)) for n in range(5)] == [5, 5, 5, 4, 0]

    with_db(dsn, story)


def test_what_goes_back_at_once_does_not_wait_for_a_schedule(dsn: str) -> None:
    async def story(db: Database) -> None:
        for n in range(4):
            await dead(db, f"id{n}", lead=n)
        await schedule(db, rate=0.1)
        newest = await dead(db, "newest", lead=9)
        await schedule(db, at=NOW + timedelta(hours=1))
        assert await put_back(db, NOW + timedelta(hours=1), paced=False) == 1
        assert await queued(db) == [newest]
        assert await put_back(db, NOW + timedelta(hours=1)) == 1

    with_db(dsn, story)


def test_of_two_that_put_back_at_once_each_letter_is_put_back_by_one_and_lanes_stay_in_order(dsn: str) -> None:
    async def story(db: Database) -> None:
        ids = [await dead(db, f"id{n}", at=NOW + timedelta(milliseconds=n)) for n in range(12)]
        await schedule(db)
        async with db.transaction() as tx:
            letters = await dead_letters.due(tx, now=NOW, batch=4, paced=True)
            second = asyncio.create_task(put_back(db, NOW, batch=4))
            await asyncio.sleep(0.2)
            assert not second.done()  # it waits for the letters before its own
            await dead_letters.put_back(tx, letters, now=NOW, lease_now=NOW)
        assert await second == 4
        assert await queued(db) == ids[:8]
        assert sorted(await asyncio.gather(*(put_back(db, NOW, batch=4) for _ in range(4)))) == [0, 0, 0, 4]
        assert await queued(db) == ids

    with_db(dsn, story)


def test_cancelled_letters_stay_dead_and_dismissed_ones_are_closed(dsn: str) -> None:
    async def story(db: Database) -> None:
        one, two = await dead(db, "a", lead=1), await dead(db, "b", lead=2)
        await schedule(db, rate=1 / 3600)
        async with db.transaction() as tx:
            await dead_letters.cancel(tx, await dead_letters.choose(tx, Selection(event_ids=(one,), scheduled=True)))
        assert await times(db) == [None, 3600]
        assert await chosen(db, Selection(scheduled=True)) == [two]
        async with db.transaction() as tx:
            await dead_letters.dismiss(tx, await dead_letters.choose(tx, Selection(event_ids=(two,))), now=NOW)
        assert await chosen(db, ALL) == [one]
        assert await put_back(db, NOW + timedelta(days=1)) == 0
        async with db.transaction() as tx:
            assert not await dead_letters.replay(tx, two, now=NOW, lease_now=NOW)
            assert await dead_letters.replay(tx, one, now=NOW, lease_now=NOW)
        assert await queued(db) == [one]

    with_db(dsn, story)


def test_an_event_that_dies_again_is_open_again_with_both_deaths(dsn: str) -> None:
    async def story(db: Database) -> None:
        event_id = await dead(db, "a")
        await schedule(db)
        await put_back(db, NOW)
        (lane,) = await claim(db)
        await die(db, lane, error="again", version="2")
        async with db.transaction() as tx:
            (letter,) = await dead_letters.list_letters(tx, ALL, limit=10)
        assert (letter.event_id, letter.deaths, letter.error, letter.code_version) == (event_id, 2, "again", "2")
        assert letter.replay_at is None

    with_db(dsn, story)


def test_a_parked_event_frees_its_lane_and_keeps_its_tries(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a")
        await keep(db, "b")
        (lane,) = await claim(db)
        name, (first, second) = lane.lane, lane.events
        park = {"error": "Parked. It stood in the way.", "code_version": "1", "now": NOW, "lease_now": NOW}
        async with db.transaction() as tx:
            row, head = await by_hand.standing(tx, second.event_id, lease_now=NOW) or (None, None)
            assert (row.lane_is, head.event_id) == ("in hand", first.event_id)
            assert await dead_letters.park(tx, name, **park) is None
            row, _ = await by_hand.standing(tx, first.event_id, lease_now=NOW + LEASE) or (None, None)
            assert row.lane_is == "lapsed"
        async with db.transaction() as tx:
            await inbox.fence(tx, {name: lane.claim_token})
            await inbox.hold(tx, first, "no good", now=NOW)
        async with db.transaction() as tx:
            row, head = await by_hand.standing(tx, first.event_id, lease_now=NOW) or (None, None)
            assert (row.lane_is, head.error) == ("held", "no good")
            assert await dead_letters.park(tx, name, **park) == first.event_id
            assert await by_hand.standing(tx, first.event_id, lease_now=NOW) is None
            (letter,) = await dead_letters.list_letters(tx, ALL, limit=10)
        assert (letter.attempts, letter.first_error, letter.error) == (1, "no good", "Parked. It stood in the way.")
        (lane,) = await claim(db)
        assert [q.event_id for q in lane.events] == [second.event_id]
        assert not lane.retrying

    with_db(dsn, story)


def test_a_lane_is_tried_at_once_unless_a_worker_has_it(dsn: str) -> None:
    async def story(db: Database) -> None:
        await keep(db, "a")
        (lane,) = await claim(db)
        async with db.transaction() as tx:
            assert not await by_hand.try_now(tx, lane.lane, lease_now=NOW)
            await inbox.fence(tx, {lane.lane: lane.claim_token})
            later = NOW + timedelta(hours=1)
            await inbox.retry(tx, lane.events[0], "x", ready_at=later, available_at=later, now=NOW)
            row, _ = await by_hand.standing(tx, lane.events[0].event_id, lease_now=NOW) or (None, None)
            assert row.lane_is == "backed off"
            assert await by_hand.try_now(tx, lane.lane, lease_now=NOW)
        assert len(await claim(db)) == 1

    with_db(dsn, story)


def test_an_act_is_recorded_once_under_its_key_and_listed_newest_first(dsn: str) -> None:
    async def story(db: Database) -> None:
        async with db.transaction() as tx:
            act = {"at": NOW, "actor": "ada", "action": "replay", "subject": "dead letters"}
            assert await audit.write(tx, **act, details={"key": "k", "count": 3})
            assert not await audit.write(tx, **act, details={"key": "k", "count": 4})
            assert await audit.write(tx, **{**act, "actor": "bob"}, details={"key": "k"})
            assert await audit.write(tx, **{**act, "at": NOW + timedelta(seconds=1)})
            assert await audit.write(tx, **act)
            row = await audit.recorded(tx, actor="ada", action="replay", key="k")
            assert row.details == {"key": "k", "count": 3}
            assert await audit.recorded(tx, actor="ada", action="dismiss", key="k") is None
            first, *rest = await audit.list_newest(tx, limit=10)
            assert (first.at, len(rest)) == (NOW + timedelta(seconds=1), 3)
            page = await audit.list_newest(tx, before_at=rest[0].at.isoformat(), before_id=rest[0].id, limit=10)
            assert [row.id for row in page] == [row.id for row in rest[1:]]

    with_db(dsn, story)
