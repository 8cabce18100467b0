"""The lanes that one process has in hand: claimed fairly, their leases pushed, given back."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from frontdesk.db.clock import LeaseClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import ClaimedLane
from frontdesk.inbox.rules import Room, room_for
from frontdesk.settings import WorkerSettings

__all__ = ["LanesInHand"]

log = structlog.get_logger(__name__)

_PER_LANE = 10  # events taken of a lane per claim; then it goes back to the end of the line


class LanesInHand:
    """Claims what there is room for, so that no client and no retries take more than their shares."""

    def __init__(self, db: Database, bucket: Bucket, lease_clock: LeaseClock, settings: WorkerSettings) -> None:
        self._db = db
        self._bucket = bucket
        self._lease_clock = lease_clock
        self._settings = settings
        self._held: dict[str, UUID] = {}
        self._missed: set[tuple[str, UUID]] = set()  # not found by the last heartbeat
        self._of_client: Counter[int] = Counter()
        self._retries = 0
        self._in_hand = 0
        self._after = {False: -1, True: -1}  # where the walk from client to client goes on

    async def claim(self) -> list[ClaimedLane]:
        """Lease ready lanes with their first events, as many as there is room for."""
        room = self._room()
        if not room.lanes:
            return []
        async with self._db.transaction(self._bucket) as tx:
            claimed = await self._claim(tx, room)
        for lane in claimed:
            self._take(lane)
        return claimed

    def _room(self) -> Room:
        shares = {"client_share": self._settings.client_share, "retry_share": self._settings.retry_share}
        return room_for(self._settings.concurrency, self._in_hand, self._retries, **shares)

    async def _claim(self, tx: Tx, room: Room) -> list[ClaimedLane]:
        if not any(lanes >= room.share for lanes in self._of_client.values()):
            return await inbox.claim(
                tx,
                lanes=room.lanes,
                per_lane=_PER_LANE,
                lease_now=self._lease_clock.now(),
                leased_until=self._lease_end(),
                retries=room.retries,
                share=room.share,
                in_hand=self._of_client,
            )
        # The head of the line may be a flood of a client that has its share already: go from client to client.
        again = await self._claim_of_others(tx, room.retries, room.share, self._of_client, retrying=True)
        in_hand = self._of_client + Counter(lane.client_id or 0 for lane in again)
        return again + await self._claim_of_others(tx, room.lanes - len(again), room.share, in_hand, retrying=False)

    async def _claim_of_others(
        self, tx: Tx, lanes: int, share: int, in_hand: Mapping[int, int], *, retrying: bool
    ) -> list[ClaimedLane]:
        if not lanes:
            return []
        claimed, self._after[retrying] = await inbox.claim_of_others(
            tx,
            lanes=lanes,
            per_lane=_PER_LANE,
            lease_now=self._lease_clock.now(),
            leased_until=self._lease_end(),
            retrying=retrying,
            share=share,
            in_hand=in_hand,
            after=self._after[retrying],
        )
        return claimed

    def _take(self, lane: ClaimedLane) -> None:
        self._held[lane.lane] = lane.claim_token
        self._of_client[lane.client_id or 0] += 1
        self._retries += lane.retrying
        self._in_hand += 1

    def let_go(self, lane: ClaimedLane) -> None:
        """Count a lane out: it was given back, or lost."""
        if self.holds(lane):
            del self._held[lane.lane]
        client = lane.client_id or 0
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]
        self._retries -= lane.retrying
        self._in_hand -= 1

    def holds(self, lane: ClaimedLane) -> bool:
        """True while the lease on `lane` is ours as far as we know."""
        return self._held.get(lane.lane) == lane.claim_token

    async def beat(self) -> None:
        """Push the leases of everything in hand."""
        if not self._held:
            return
        held = dict(self._held)
        async with self._db.transaction(self._bucket) as tx:
            ours = await inbox.heartbeat(tx, held, self._lease_end())
        gone = {(lane, held[lane]) for lane in held.keys() - ours if self._held.get(lane) == held[lane]}
        # Once may be a lane that was given back just now; twice is lost.
        for lane, _ in gone & self._missed:
            del self._held[lane]
            log.warning("lease_lost", lane_class=lane.partition(":")[0])
        self._missed = gone

    def _lease_end(self) -> datetime:
        return self._lease_clock.now() + timedelta(seconds=self._settings.lease_seconds)
