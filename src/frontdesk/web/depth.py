"""How deep the inbox is: events, oldest age and lanes by class of lane, from narrow rows alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from psycopg.errors import QueryCanceled

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.desk import Desk
from frontdesk.message import LaneClass
from frontdesk.web.kept import Kept

__all__ = ["LANE_STATES", "Depth", "KeptDepths", "kept_depths", "read_depths"]

Q = load_queries("frontdesk.web", "metrics.sql")
log = structlog.get_logger(__name__)

LANE_STATES = ("ready", "in_hand", "backing_off", "held")
"""What a lane may be: ready for any worker, in one's hand, backing off after a failed try, or held for a person."""

_LONGEST = "3000"  # ms for each of the two statements; a million events take less than a tenth of it


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits in lanes of one class. `lapsed` counts leases that ran out: their workers died or hang."""

    lane_class: str
    waiting: int = 0
    oldest: datetime | None = None
    lanes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LANE_STATES, 0))
    lapsed: int = 0


KeptDepths = Kept[Sequence[Depth] | None]
"""The depths as last read; None where they could not be counted in time."""


def kept_depths(desk: Desk) -> KeptDepths:
    """The depths of this desk, however often they are asked for."""
    return Kept(partial(_read, desk))


async def read_depths(tx: Tx, lease_now: datetime) -> list[Depth]:
    """One record per class of lane, also for those in which nothing waits."""
    queues = {row.lane_class: row for row in await tx.all(Q.queue_depth)}
    states = await tx.all(Q.lane_states, {"lease_now": lease_now})
    depths = []
    for lane_class in LaneClass:
        lanes = dict.fromkeys(LANE_STATES, 0) | {row.state: row.lanes for row in states if row.lane_class == lane_class}
        lapsed = sum(row.lapsed for row in states if row.lane_class == lane_class)
        queue = queues.get(lane_class)
        waiting, oldest = (queue.waiting, queue.oldest) if queue else (0, None)
        depths.append(Depth(lane_class.value, waiting, oldest, lanes, lapsed))
    return depths


async def _read(desk: Desk) -> Sequence[Depth] | None:
    try:
        async with desk.db.transaction(desk.bucket) as tx:
            await tx.one(Q.read_briefly, {"longest": _LONGEST})
            return await read_depths(tx, desk.lease_clock.now())
    except QueryCanceled:
        log.warning("inbox_not_counted", within_ms=int(_LONGEST))
        return None
