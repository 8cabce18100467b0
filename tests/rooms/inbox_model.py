"""The inbox as a person would explain it: plain Python, one thing after another. What PostgreSQL holds is held against it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from frontdesk.inbox.model import Arrival, ClaimedLane, QueuedEvent

__all__ = ["Inbox", "Place", "Waiting"]

Place = tuple[datetime, int]
"""Where an event stands in its lane: (received_at, id)."""


@dataclass(slots=True)
class Waiting:
    """A lane that has work, with the places of its events in order."""

    client_id: int | None
    ready_at: datetime | None
    token: UUID | None = None
    lapses: int = 0
    retrying: bool = False
    places: list[Place] = field(default_factory=list)


@dataclass(slots=True)
class Known:
    """An event, from its acceptance on. `letter` is its dead letter: open, scheduled, replayed, dismissed, or none."""

    lane: str
    client_id: int | None
    place: Place
    status: str = "waiting"
    attempts: int = 0
    tries: int = 0
    deaths: int = 0
    letter: str = ""


@dataclass(slots=True)
class Inbox:
    """What must be so. Each method is one thing that happens to the inbox, and says what must come of it."""

    lanes: dict[str, Waiting] = field(default_factory=dict)
    events: dict[int, Known] = field(default_factory=dict)
    duplicates: dict[str, int] = field(default_factory=dict)
    effects: list[int] = field(default_factory=list)

    # Receivers -----------------------------------------------------------------------------------------------------

    def keep(
        self,
        arrivals: Sequence[Arrival],
        clients: Mapping[str, int],
        places: Mapping[str, Place],
        now: datetime,
        lease_now: datetime,
    ) -> list[bool]:
        """What each arrival is told: is it new? `places` are those that PostgreSQL gave the events."""
        return [self._keep(arrival, clients, places, now, lease_now) for arrival in arrivals]

    def _keep(
        self,
        arrival: Arrival,
        clients: Mapping[str, int],
        places: Mapping[str, Place],
        now: datetime,
        lease_now: datetime,
    ) -> bool:
        item, request_id = arrival.item, arrival.item.request_id
        if request_id in self.duplicates:
            self.duplicates[request_id] += 1
            return False
        self.duplicates[request_id] = 0
        client_id, place = clients.get(item.our_address), places[request_id]
        lane = self.lanes.setdefault(item.lane, Waiting(client_id, lease_now))
        assert place[0] >= now, "received before it came"
        assert all(place > other for other in lane.places), "placed before what was accepted earlier"
        lane.places.append(place)
        self.events[place[1]] = Known(item.lane, client_id, place)
        return True

    # Workers -------------------------------------------------------------------------------------------------------

    def ready(self, lease_now: datetime, retrying: bool | None = None) -> dict[str, Waiting]:
        """The lanes that may be claimed."""
        return {
            name: lane
            for name, lane in self.lanes.items()
            if lane.ready_at is not None and lane.ready_at <= lease_now and retrying in (None, lane.retrying)
        }

    def claimed(self, got: Sequence[ClaimedLane], per_lane: int, lease_now: datetime, leased_until: datetime) -> None:
        """Lanes that a worker took: each was ready, and comes with its first events."""
        ready = self.ready(lease_now)
        for one in got:
            assert one.lane in ready, "claimed before its time, or twice"
            lane = ready.pop(one.lane)
            lane.lapses += lane.token is not None
            told = (one.client_id, one.lapses, one.retrying)
            assert told == (lane.client_id, lane.lapses, lane.retrying)
            first = [(*place, self.events[place[1]].tries) for place in lane.places[:per_lane]]
            assert [(q.received_at, q.event_id, q.attempts) for q in one.events] == first
            lane.ready_at, lane.token = leased_until, one.claim_token

    def room(self, share: int, in_hand: Mapping[int, int], ready: Mapping[str, Waiting]) -> Counter[int]:
        """How many of its ready lanes each client may have claimed."""
        counts = Counter(lane.client_id or 0 for lane in ready.values())
        return Counter({c: max(0, min(count, share - in_hand.get(c, 0))) for c, count in counts.items()})

    def holds(self, lane: ClaimedLane) -> bool:
        """True while this claim, and no other, may write for the lane."""
        return lane.lane in self.lanes and self.lanes[lane.lane].token == lane.claim_token

    def queues(self, queued: QueuedEvent) -> bool:
        """True while the event waits in its lane."""
        lane = self.lanes.get(queued.lane)
        return lane is not None and (queued.received_at, queued.event_id) in lane.places

    def settled(self, queued: QueuedEvent) -> None:
        """An event's effect and its end, together."""
        event = self._leave(queued.event_id)
        event.status, event.attempts = "done", queued.attempts + 1
        self.effects.append(queued.event_id)

    def failed(self, queued: QueuedEvent, status: str, ready_at: datetime | None) -> None:
        """A failed try: the event stays first, its lane waits until `ready_at`, or for a person."""
        event = self.events[queued.event_id]
        event.status, event.attempts, event.tries = status, queued.attempts + 1, queued.attempts + 1
        self.give_back(queued.lane, ready_at, retrying=True)

    def buried(self, event_id: int, attempts: int, lease_now: datetime) -> None:
        """An event dies; its lane goes on."""
        event = self._leave(event_id)
        event.status, event.attempts, event.letter = "dead", attempts, "open"
        event.deaths += 1
        self.give_back(event.lane, lease_now)

    def give_back(self, name: str, ready_at: datetime | None, *, retrying: bool = False) -> None:
        """A lane goes back; a drained one disappears."""
        lane = self.lanes[name]
        lane.token, lane.lapses, lane.retrying, lane.ready_at = None, 0, retrying, ready_at
        if not lane.places:
            del self.lanes[name]

    def _leave(self, event_id: int) -> Known:
        event = self.events[event_id]
        self.lanes[event.lane].places.remove(event.place)
        return event

    # People --------------------------------------------------------------------------------------------------------

    def wake(self, name: str, lease_now: datetime) -> bool:
        """End a back-off or a hold; true unless a worker has the lane, or there is no work in it."""
        lane = self.lanes.get(name)
        if lane is None or lane.token is not None:
            return False
        lane.ready_at = lease_now
        return True

    def first_idle(self, name: str) -> int | None:
        """The first event of a lane that no worker has."""
        lane = self.lanes.get(name)
        return lane.places[0][1] if lane is not None and lane.token is None else None

    def letters(self, *states: str) -> list[int]:
        """The events whose dead letter is in one of these states, in order of arrival."""
        return sorted((i for i, e in self.events.items() if e.letter in states), key=lambda i: self.events[i].place)

    def put_back(self, event_id: int, lease_now: datetime) -> None:
        """A scheduled letter's event goes back to its old place."""
        event = self.events[event_id]
        assert event.letter == "scheduled", "nobody asked for it"
        lane = self.lanes.setdefault(event.lane, Waiting(event.client_id, lease_now))
        lane.places = sorted([*lane.places, event.place])
        event.status, event.attempts, event.tries, event.letter = "waiting", 0, 0, "replayed"

    # What PostgreSQL should hold -----------------------------------------------------------------------------------

    def tables(self) -> dict[str, Any]:
        """The same as `found` in inbox_acts.py."""
        return {
            "lanes": {n: (w.client_id, w.ready_at, w.token, w.lapses, w.retrying) for n, w in self.lanes.items()},
            "queue": [
                (name, *place, self.events[place[1]].tries)
                for name, lane in sorted(self.lanes.items())
                for place in lane.places
            ],
            "events": {i: (e.lane, e.place[0], e.status, e.attempts) for i, e in self.events.items()},
            "duplicates": self.duplicates,
            "letters": {i: (e.deaths, e.letter) for i, e in self.events.items() if e.deaths},
            "effects": {
                name: [i for i in self.effects if self.events[i].lane == name]
                for name in {self.events[i].lane for i in self.effects}
            },
        }
