"""The answer to a commit may be lost: whatever the worker does then, what was done stays done."""

from datetime import UTC, datetime, timedelta

import pytest
from scratch import with_db

from frontdesk.db.pool import Database, Tx
from frontdesk.inbox import dead_letters
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, QueuedEvent
from frontdesk.message import Item, LaneClass

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


async def retry(tx: Tx, queued: QueuedEvent) -> None:
    await inbox.retry(tx, queued, "failed", ready_at=NOW, available_at=NOW, now=NOW)


async def hold(tx: Tx, queued: QueuedEvent) -> None:
    await inbox.hold(tx, queued, "failed", now=NOW)


async def bury(tx: Tx, queued: QueuedEvent) -> None:
    story = {"error": "failed", "fingerprint": "f", "code_version": "1"}
    await dead_letters.bury(tx, queued, **story, now=NOW, lease_now=NOW)


@pytest.mark.parametrize(
    "fail",
    [retry, hold, bury],
    ids=lambda fail: fail.__name__,
)
def test_an_event_that_was_settled_without_its_worker_hearing_of_it_cannot_fail_any_more(
    dsn: str, fail: object
) -> None:
    async def story(db: Database) -> None:
        items = [Item("twilio_sms", f"SM{n}", "+12025550100", "+12025550143", LaneClass.MESSAGE, {}) for n in (1, 2)]
        arrivals = [Arrival(item, b"", {}, "c", timedelta(hours=24)) for item in items]
        async with db.transaction() as tx:
            await inbox.keep(tx, arrivals, {}, now=NOW, lease_now=NOW)
        async with db.transaction() as tx:
            (lane,) = await inbox.claim(
                tx, lanes=1, per_lane=2, lease_now=NOW, leased_until=NOW + timedelta(seconds=15)
            )
        async with db.transaction() as tx:
            assert await inbox.settle(tx, [(lane, lane.events[:1])], NOW) == {lane.lane}
        async with db.transaction() as tx:  # the answer was lost, the worker tries again, and now the handler fails
            assert await inbox.fence(tx, {lane.lane: lane.claim_token}) == {lane.lane}
            await fail(tx, lane.events[0])  # type: ignore[operator]
        async with db.transaction() as tx:
            events = await tx.all("SELECT status FROM webhook_events ORDER BY id")
            assert [row.status for row in events] == ["done", "waiting"]
            (waits,) = await tx.all("SELECT ready_at FROM inbox_lanes")
            assert waits.ready_at is not None  # the lane is held for nobody

    with_db(dsn, story)
