"""Frontdesk: `LanesInHand.claim`, as its worker calls it; the lanes of 50 clients, taken by 16."""

import asyncio
from uuid import uuid4

from psycopg import AsyncConnection

from frontdesk.db.pool import Tx
from frontdesk.inbox.model import ClaimedLane, Event
from frontdesk.steps.lanes import LanesInHand

from ..systems.of_frontdesk import Frontdesk
from . import CLAIM, Scene

CLIENTS = 50
FLOOD = 1  # the client that has its share in hand

LANES = """
INSERT INTO inbox_lanes (lane, lane_class, client_id, ready_at, claim_token, retrying, last_received_at)
SELECT 'message:sms:+12025550100:+' || 12020000000 + n, 'message', coalesce(%(client)s::bigint, 2 + n %% %(clients)s),
       now() + %(ready_in)s::interval + n * interval '1 us', %(claim_token)s::uuid, %(retrying)s, now()
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
EVENTS = """
WITH stored AS (
    INSERT INTO webhook_events
        (webhook_type, request_id, lane, client_id, correlation_id, body, payload, headers, received_at, available_at)
    SELECT 'twilio_sms', 'SM' || n, 'message:sms:+12025550100:+' || 12020000000 + %(first)s + n %% %(lanes)s, 1, '',
           '\\x', '{"From": "+12020000000", "Body": "Hi"}', '{}', now() - interval '1 min' + n * interval '1 us', now()
    FROM generate_series(0, %(events)s::bigint - 1) AS n
    RETURNING lane, received_at, id, webhook_type
)
INSERT INTO inbox_queue (lane, received_at, event_id, webhook_type)
SELECT lane, received_at, id, webhook_type FROM stored
"""
GIVE_BACK = "UPDATE inbox_lanes SET ready_at = now(), claim_token = NULL, lapses = 0 WHERE lane = ANY(%s)"
NOW: dict[str, object] = {"ready_in": "-1 min", "claim_token": None, "retrying": False}
BEFORE: dict[str, dict[str, object]] = {
    "busy": {"ready_in": "1 h", "claim_token": uuid4(), "retrying": False},
    "backed off": {"ready_in": "1 h", "claim_token": None, "retrying": True},
    "flood": {**NOW, "ready_in": "-2 min"},
}


class Waiting:
    """Events in lanes, ready or not."""

    def __init__(self, name: str) -> None:
        self.system = Frontdesk(CLAIM)
        self.next = 0
        self.per_lane = 1
        self.handled = 0
        self.claimed: list[ClaimedLane] = []

    async def open(self, dsn: str) -> None:
        await self.system.install(dsn)
        await self.system.open(dsn)
        self.desk = self.system.desk
        self.connection = await AsyncConnection.connect(dsn, autocommit=True)
        await self.connection.execute("SET synchronous_commit = off")
        self.desk.on("twilio_sms")(self._handle)

    def _handle(self, event: Event, tx: Tx) -> None:
        self.handled += 1

    async def fill(self, scene: Scene) -> None:
        self.per_lane = scene.per_lane
        if scene.before:
            await self._wait(scene.before, 1, FLOOD, BEFORE[scene.why])
        await self._wait(scene.events, scene.per_lane, None, NOW)
        # Of a flood it has its share in hand, and room for as many lanes again.
        room = CLAIM * 2 if scene.why == "flood" else CLAIM
        settings = self.desk.settings.worker.model_copy(update={"concurrency": room})
        self.lanes = LanesInHand(self.desk.db, self.desk.bucket, self.desk.lease_clock, settings)
        if scene.why == "flood":
            await self.claim()
            assert {lane.client_id for lane in self.claimed} == {FLOOD}
            self.claimed = []

    async def _wait(self, events: int, per_lane: int, client: int | None, state: dict[str, object]) -> None:
        lanes = events // per_lane
        places = {"first": self.next, "last": self.next + lanes - 1, "client": client, "clients": CLIENTS}
        await self.connection.execute(LANES, {**places, **state})
        await self.connection.execute(EVENTS, {"first": self.next, "lanes": lanes, "events": events})
        self.next += lanes

    async def claim(self) -> int:
        self.claimed = await self.lanes.claim()
        return sum(len(lane.events) for lane in self.claimed)

    async def give_back(self) -> None:
        await self.connection.execute(GIVE_BACK, ([lane.lane for lane in self.claimed],))
        for lane in self.claimed:
            self.lanes.let_go(lane)

    async def churn(self, events: int) -> None:
        await self._wait(events, self.per_lane, None, NOW)
        self.handled = 0
        service = self.desk.service("worker")
        await service.start()
        while self.handled < events:
            await asyncio.sleep(0.005)
        await service.stop()

    async def close(self) -> None:
        await self.connection.close()
        await self.system.close()
