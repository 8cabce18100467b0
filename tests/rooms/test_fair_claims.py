"""Claims are fair: every client has its turn, however many there are and however much one of them has waiting."""

from datetime import UTC, datetime, timedelta

import pytest
from scratch import with_db

from frontdesk.db.pool import Database
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, ClaimedLane
from frontdesk.message import Item, LaneClass

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(minutes=1)
SOON = NOW + timedelta(seconds=15)


async def arrive(db: Database, client: int, lanes: int) -> None:
    """One event in each of so many lanes of a client; 0 is nobody's number."""
    ours = f"+1202556{client:04}"
    items = [Item("twilio_sms", f"{client}-{n}", ours, f"+1{n}", LaneClass.MESSAGE, {}) for n in range(lanes)]
    batch = [Arrival(item, b"", {}, "c", timedelta(hours=24)) for item in items]
    async with db.transaction() as tx:
        await inbox.keep(tx, batch, {ours: client} if client else {}, now=NOW, lease_now=NOW)


async def walk(
    db: Database,
    *,
    lanes: int,
    after: int = -1,
    share: int = 1,
    in_hand: dict[int, int] | None = None,
    retrying: bool = False,
) -> tuple[list[ClaimedLane], int]:
    """One step from client to client, at most 200 of them."""
    times = {"lease_now": NOW, "leased_until": SOON}
    held = {"share": share, "in_hand": in_hand or {}, "retrying": retrying}
    async with db.transaction() as tx:
        return await inbox.claim_of_others(
            tx, lanes=lanes, per_lane=1, after=after, clients_at_once=200, **held, **times
        )


async def walk_round(db: Database, *, lanes: int, share: int, flooder: int) -> tuple[list[int], int]:
    """Walk until the end is reached; returns the clients in the order of their turns, and the number of steps."""
    found: list[int] = []
    after, steps = -1, 0
    while steps == 0 or after != -1:
        in_hand = {flooder: share} | dict.fromkeys(found, 1)
        got, after = await walk(db, lanes=lanes, after=after, share=share, in_hand=in_hand)
        found += sorted(lane.client_id or 0 for lane in got)
        steps += 1
    return found, steps


@pytest.mark.parametrize(
    ("lanes", "most_steps"),
    [(1000, 4), (60, 12), (7, 80)],
)
def test_the_walk_from_client_to_client_finds_everybody_once(dsn: str, lanes: int, most_steps: int) -> None:
    async def story(db: Database) -> None:
        await arrive(db, 250, 300)  # has all that it may have in hand already
        for client in range(501):
            if client != 250:
                await arrive(db, client, 1)
        found, steps = await walk_round(db, lanes=lanes, share=1, flooder=250)
        assert found == [client for client in range(501) if client != 250]
        assert steps <= most_steps

    with_db(dsn, story)


def test_the_walk_goes_past_clients_that_have_nothing_ready(dsn: str) -> None:
    async def story(db: Database) -> None:
        for client in range(1, 501):
            await arrive(db, client, 1)
        async with db.transaction() as tx:
            await tx.run(
                # half of them leased, half of them held
                "UPDATE inbox_lanes SET ready_at = CASE WHEN client_id %% 2 = 0 THEN %(soon)s::timestamptz END "
                "WHERE client_id NOT IN (3, 499)",
                {"soon": SOON},
            )
        found, steps = await walk_round(db, lanes=8, share=4, flooder=0)
        assert (found, steps) == ([3, 499], 3)

    with_db(dsn, story)


def test_a_client_gets_what_is_left_of_its_share_and_its_oldest_first(dsn: str) -> None:
    async def story(db: Database) -> None:
        for client in (1, 2, 3):
            await arrive(db, client, 6)
        async with db.transaction() as tx:
            await tx.run("UPDATE inbox_lanes SET ready_at = %(then)s WHERE lane LIKE '%%+15'", {"then": EARLIER})
        got, after = await walk(db, lanes=100, share=4, in_hand={1: 3, 2: 4, 3: 0})
        assert sorted(lane.client_id or 0 for lane in got) == [1, 3, 3, 3, 3]
        assert {lane.client_id for lane in got if lane.lane.endswith("+15")} == {1, 3}
        assert after == -1

    with_db(dsn, story)


def test_what_was_tried_before_is_walked_apart(dsn: str) -> None:
    async def story(db: Database) -> None:
        for client in (1, 2):
            await arrive(db, client, 2)
        async with db.transaction() as tx:
            await tx.run("UPDATE inbox_lanes SET retrying = true WHERE client_id = 2")
        tried, _ = await walk(db, lanes=9, share=9, retrying=True)
        assert [lane.client_id for lane in tried] == [2, 2]
        fresh, _ = await walk(db, lanes=9, share=9)
        assert [lane.client_id for lane in fresh] == [1, 1]

    with_db(dsn, story)


@pytest.mark.parametrize("retries", [0, 3])
def test_a_plain_claim_takes_no_more_retries_than_it_may(dsn: str, retries: int) -> None:
    async def story(db: Database) -> None:
        await arrive(db, 1, 20)
        async with db.transaction() as tx:
            await tx.run("UPDATE inbox_lanes SET retrying = true WHERE lane LIKE '%%+1_'")
        times = {"lease_now": NOW, "leased_until": SOON}
        async with db.transaction() as tx:
            got = await inbox.claim(tx, lanes=8, per_lane=1, retries=retries, share=8, **times)
        assert sum(lane.retrying for lane in got) == retries
        assert len(got) == 8

    with_db(dsn, story)
