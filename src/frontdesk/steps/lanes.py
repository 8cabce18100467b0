"""The lanes that one process has in hand: claimed fairly, their leases pushed, given back."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from frontdesk.db.clock import LeaseClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import ClaimedLane
from frontdesk.inbox.rules import Room, room_for
from frontdesk.setting_parts import WorkerSettings

__all__ = ["LanesInHand"]

log = structlog.get_logger(__name__)

_SUSPECTS_EVERY = timedelta(seconds=1)
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
        self._suspect: UUID | None = None
        self._suspect_from = max(1, settings.max_tries // 2)
        self._no_suspect_until = lease_clock.now()
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
        suspects = await self._claim_suspect(tx)
        room = replace(room, lanes=room.lanes - len(suspects), retries=min(room.retries, room.lanes - len(suspects)))
        return suspects + await self._claim_fairly(tx, room)

    async def _claim_suspect(self, tx: Tx) -> list[ClaimedLane]:
        """One at a time, so that the event that kills its worker is found, and those in hand with it are not blamed."""
        lease_now = self._lease_clock.now()
        if self._suspect is not None or lease_now < self._no_suspect_until:
            return []
        found = await inbox.claim_suspect(
            tx,
            per_lane=_PER_LANE,
            lease_now=lease_now,
            leased_until=self._lease_end(),
            suspect_from=self._suspect_from,
        )
        if not found:
            self._no_suspect_until = lease_now + _SUSPECTS_EVERY
        return found

    async def _claim_fairly(self, tx: Tx, room: Room) -> list[ClaimedLane]:
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
                suspect_from=self._suspect_from,
            )
        # The head of the line may be a flood of a client that has its share already: go from client to client.
        again = await self._claim_of_others(tx, room.retries, room.share, self._of_client, retrying=True)
        in_hand = self._of_client + Counter(lane.client_id or 0 for lane in again)
        return again + await self._claim_of_others(tx, room.lanes - len(again), room.share, in_hand, retrying=False)

    async def _claim_of_others(
        self, tx: Tx, lanes: int, share: int, in_hand: Mapping[int, int], *, retrying: bool
    ) -> list[ClaimedLane]:
        claimed: list[ClaimedLane] = []
        while lanes and not claimed:
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
                suspect_from=self._suspect_from,
            )
            if self._after[retrying] == -1:
                break
        return claimed

    def _take(self, lane: ClaimedLane) -> None:
        self._held[lane.lane] = lane.claim_token
        if lane.lapses > self._suspect_from:
            self._suspect = lane.claim_token
        self._of_client[lane.client_id or 0] += 1
        self._retries += lane.retrying
        self._in_hand += 1

    def let_go(self, lane: ClaimedLane) -> None:
        """Count a lane out: it was given back, or lost."""
        if self.holds(lane):
            del self._held[lane.lane]
        if self._suspect == lane.claim_token:
            self._suspect = None
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
