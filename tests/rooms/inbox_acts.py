"""What receivers, workers and people do to the inbox: each act on PostgreSQL, and what must come of it in the model."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from inbox_model import Inbox, Place

from frontdesk.db.pool import Tx
from frontdesk.inbox import dead_letters
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival, ClaimedLane, QueuedEvent, Selection
from frontdesk.message import Item, LaneClass

__all__ = ["EFFECTS", "LANES", "WORKERS", "Act", "Acts", "Undone", "lane_of"]

LEASE = timedelta(seconds=15)
WORKERS = 3
CLIENTS = {"+12025550101": 1, "+12025550102": 2}  # and nobody has +12025550103
LANES = [(f"+1202555010{ours}", f"+1202555019{lead}") for ours in (1, 2, 3) for lead in (1, 2)]
EFFECTS = "CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, event_id bigint NOT NULL)"
"""What handlers write; nothing in the table itself would refuse a second row for an event."""


class Undone(Exception):
    """The claim is lost: the transaction is rolled back."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to do. `on_model` gets what PostgreSQL answered, and checks it; with `alone` nobody did anything beside it."""

    name: str
    on_postgres: Callable[[Tx], Awaitable[Any]]
    on_model: Callable[[Inbox, Any, bool], None]
    afterwards: Callable[[Any], None] = lambda answer: None
    """What is remembered of it."""


@dataclass(eq=False, slots=True)
class Hand:
    """A lane in a worker's hand; the first `done` of its events are settled as far as the worker knows."""

    worker: int
    lane: ClaimedLane
    done: int = 0

    @property
    def left(self) -> Sequence[QueuedEvent]:
        """What the worker still has to do."""
        return self.lane.events[self.done :]


@dataclass(slots=True)
class Acts:
    """Makes acts. Business time and lease time go on together and have nothing else to do with each other."""

    now: datetime = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    lease_now: datetime = datetime(2031, 3, 1, tzinfo=UTC)
    hands: list[Hand] = field(default_factory=list)
    accepted: list[Arrival] = field(default_factory=list)
    places: dict[str, Place] = field(default_factory=dict)
    """Where PostgreSQL put what was accepted."""
    died: list[int] = field(default_factory=list)
    """The events that have a dead letter."""

    def pass_by(self, seconds: float) -> None:
        """Let time go on."""
        self.now += timedelta(seconds=seconds)
        self.lease_now += timedelta(seconds=seconds)

    # Receivers -----------------------------------------------------------------------------------------------------

    def deliver(self, lanes: Sequence[int], again: Sequence[int], late: bool) -> Act:
        """New events, with old ones and repeats among them; a receiver's clock may be half a minute behind."""
        now, lease_now = self.now - timedelta(seconds=30 * late), self.lease_now
        new = [_arrival(len(self.accepted) + number, lane) for number, lane in enumerate(lanes)]
        self.accepted.extend(new)
        batch = new + [replace(self.accepted[number % len(self.accepted)]) for number in again if self.accepted]
        batch = batch[1::2] + batch[::2]

        async def on_postgres(tx: Tx) -> list[bool]:
            kept = await inbox.keep(tx, batch, CLIENTS, now=now, lease_now=lease_now)
            assert [one.request_id for one in kept] == [arrival.item.request_id for arrival in batch]
            return [one.first for one in kept]

        def on_model(model: Inbox, answer: list[bool], alone: bool) -> None:
            assert answer == model.keep(batch, CLIENTS, self.places, now, lease_now)

        return Act("deliver", on_postgres, on_model)

    # Workers -------------------------------------------------------------------------------------------------------

    def claim(self, worker: int, lanes: int, per_lane: int, fairly: tuple[int, int] | None = None) -> Act:
        """A worker takes what is ready; `fairly` is how many retries at most, and the share of a client."""
        lease_now, leased_until, in_hand = self.lease_now, self.lease_now + LEASE, self._in_hand(worker)
        retries, share = fairly or (None, None)

        async def on_postgres(tx: Tx) -> list[ClaimedLane]:
            times = {"lease_now": lease_now, "leased_until": leased_until}
            fair = {"retries": retries, "share": share, "in_hand": in_hand} if fairly else {}
            return await inbox.claim(tx, lanes=lanes, per_lane=per_lane, **times, **fair)

        def on_model(model: Inbox, got: list[ClaimedLane], alone: bool) -> None:
            ready, taken = model.ready(lease_now), Counter(one.client_id or 0 for one in got)
            assert len(got) <= lanes
            if retries is not None and share is not None:
                room = model.room(share, in_hand, ready)
                assert taken <= room, "more than its share"
                assert sum(one.retrying for one in got) <= retries, "too many retries"
                again = len(model.ready(lease_now, retrying=True))
                if alone and len(ready) <= lanes and again <= retries:
                    assert taken == +room, "something was left that could be had"
            elif alone:
                assert len(got) == min(lanes, len(ready)), "something was left that could be had"
            model.claimed(got, per_lane, lease_now, leased_until)

        return Act("claim", on_postgres, on_model, lambda got: self._take(worker, got))

    def claim_round(self, worker: int, lanes: int, per_lane: int, share: int, at_once: int, retrying: bool) -> Act:
        """A worker goes once from client to client, `lanes` and `at_once` clients a call."""
        lease_now, leased_until, in_hand = self.lease_now, self.lease_now + LEASE, self._in_hand(worker)

        async def on_postgres(tx: Tx) -> list[ClaimedLane]:
            times = {"lease_now": lease_now, "leased_until": leased_until}
            which = {"lanes": lanes, "share": share, "retrying": retrying, "clients_at_once": at_once}
            all_got: list[ClaimedLane] = []
            after = -1
            while True:
                held = in_hand + Counter(one.client_id or 0 for one in all_got)
                walk = {"in_hand": held, "after": after, "per_lane": per_lane}
                got, goes_on = await inbox.claim_of_others(tx, **which, **walk, **times)
                assert len(got) <= lanes
                all_got.extend(got)
                if goes_on == -1:
                    return all_got
                assert goes_on > after, "the walk stands still"
                after = goes_on

        def on_model(model: Inbox, got: list[ClaimedLane], alone: bool) -> None:
            room = model.room(share, in_hand, model.ready(lease_now, retrying))
            taken = Counter(one.client_id or 0 for one in got)
            assert all(one.retrying == retrying for one in got)
            assert taken <= room, "more than its share"
            if alone:
                assert taken.keys() == (+room).keys(), "a client was passed over"
                assert lanes < len(LANES) or taken == +room, "something was left that could be had"
            model.claimed(got, per_lane, lease_now, leased_until)

        return Act("claim_round", on_postgres, on_model, lambda got: self._take(worker, got))

    def settle(self, pick: int, how_many: int, others: int, closes: bool, answer_lost: bool) -> Act:
        """A worker settles events of a lane, and of `others` with it, with their effects. It may never hear of it."""
        if not self.hands:
            return self.claim(pick % WORKERS, 2, 3)
        parts = [(hand, hand.left[:how_many]) for hand in self._together(pick, others)]
        held = {hand.lane.lane: hand.lane.claim_token for hand, _ in parts}
        done = [queued for _, events in parts for queued in events]
        back = [hand.lane.lane for hand, events in parts if closes or len(events) == len(hand.left)]
        now, lease_now = self.now, self.lease_now

        async def on_postgres(tx: Tx) -> bool:
            for queued in done:
                await tx.run("INSERT INTO effects (event_id) VALUES (%(id)s)", {"id": queued.event_id})
            if await inbox.settle(tx, [(hand.lane, events) for hand, events in parts], now) != held.keys():
                raise Undone
            if back:
                inbox.close_lanes(tx, back, ready_at=lease_now)
            return True

        def on_model(model: Inbox, answer: Any, alone: bool) -> None:
            may = all(model.holds(hand.lane) for hand, _ in parts) and all(map(model.queues, done))
            assert (answer is True) == may, "written without a claim" if answer is True else "not written"
            for queued in done if may else ():
                model.settled(queued)
            for lane in back if may else ():
                model.give_back(lane, lease_now)

        def afterwards(answer: Any) -> None:
            for hand, events in parts:
                if answer is Undone or (hand.lane.lane in back and not answer_lost):
                    self._let_go(hand)
                elif not answer_lost:
                    hand.done += len(events)

        return Act("settle", on_postgres, on_model, afterwards)

    def fail(self, pick: int, how: str, wait: int) -> Act:
        """A try failed: the worker has the event retried, held or buried, and gives the lane back."""
        if not self.hands:
            return self.claim(pick % WORKERS, 2, 3)
        hand = self.hands[pick % len(self.hands)]
        queued, now, lease_now = hand.left[0], self.now, self.lease_now
        ready_at = lease_now + timedelta(seconds=wait) if how == "retry" else None

        async def on_postgres(tx: Tx) -> bool:
            if not await inbox.fence(tx, {hand.lane.lane: hand.lane.claim_token}):
                return False
            if how == "bury":
                story = {"error": "x", "fingerprint": "f", "code_version": "1"}
                return await dead_letters.bury(tx, queued, **story, now=now, lease_now=lease_now)
            if not await tx.all("SELECT 1 FROM inbox_queue WHERE event_id = %(id)s", {"id": queued.event_id}):
                return False  # settled by a commit whose answer got lost
            if ready_at is not None:
                await inbox.retry(tx, queued, "x", ready_at=ready_at, available_at=now, now=now)
            else:
                await inbox.hold(tx, queued, "x", now=now)
            return True

        def on_model(model: Inbox, answer: bool, alone: bool) -> None:
            assert answer == (model.holds(hand.lane) and model.queues(queued))
            if answer and how == "bury":
                model.buried(queued.event_id, queued.attempts + 1, lease_now)
            elif answer:
                model.failed(queued, "held" if how == "hold" else "retrying", ready_at)

        return Act(how, on_postgres, on_model, lambda _: self._let_go(hand))

    def give_back(self, worker: int) -> Act:
        """A worker stops: it gives back what it has, finished or not."""
        mine = {hand.lane.lane: hand.lane for hand in self.hands if hand.worker == worker}
        lease_now = self.lease_now

        async def on_postgres(tx: Tx) -> None:
            await inbox.release(tx, {name: lane.claim_token for name, lane in mine.items()}, ready_at=lease_now)

        def on_model(model: Inbox, answer: None, alone: bool) -> None:
            for lane in filter(model.holds, mine.values()):
                model.give_back(lane.lane, lease_now)

        return Act("give_back", on_postgres, on_model, lambda _: self.crash(worker))

    def heartbeat(self, worker: int) -> Act:
        """A worker pushes its leases; those of lanes that it lost stay as they are."""
        mine = {hand.lane.lane: hand.lane for hand in self.hands if hand.worker == worker}
        leased_until = self.lease_now + LEASE

        async def on_postgres(tx: Tx) -> set[str]:
            return await inbox.heartbeat(tx, {name: lane.claim_token for name, lane in mine.items()}, leased_until)

        def on_model(model: Inbox, ours: set[str], alone: bool) -> None:
            assert ours == {name for name, lane in mine.items() if model.holds(lane)}
            for name in ours:
                model.lanes[name].ready_at = leased_until

        return Act("heartbeat", on_postgres, on_model)

    def crash(self, worker: int) -> None:
        """The worker never comes back."""
        self.hands = [hand for hand in self.hands if hand.worker != worker]

    def _in_hand(self, worker: int) -> Counter[int]:
        return Counter(hand.lane.client_id or 0 for hand in self.hands if hand.worker == worker)

    def _take(self, worker: int, got: Sequence[ClaimedLane]) -> None:
        self.hands.extend(Hand(worker, lane) for lane in sorted(got, key=lambda one: one.lane))

    def _let_go(self, hand: Hand) -> None:
        self.hands = [other for other in self.hands if other is not hand]

    def _together(self, pick: int, others: int) -> list[Hand]:
        """A hand, and up to `others` more of the same worker, each of another lane."""
        first = self.hands[pick % len(self.hands)]
        together = {first.lane.lane: first}
        for hand in self.hands:
            if hand.worker == first.worker and len(together) <= others:
                together.setdefault(hand.lane.lane, hand)
        return list(together.values())

    # People --------------------------------------------------------------------------------------------------------

    def wake(self, lane: int) -> Act:
        """A person ends a lane's back-off or hold."""
        name, lease_now = lane_of(lane), self.lease_now

        async def on_postgres(tx: Tx) -> bool:
            return await inbox.wake_lane(tx, name, lease_now=lease_now)

        def on_model(model: Inbox, answer: bool, alone: bool) -> None:
            assert answer == model.wake(name, lease_now)

        return Act("wake", on_postgres, on_model)

    def park(self, lane: int) -> Act:
        """A person sets aside the first event of a lane, unless a worker has it."""
        name, now, lease_now = lane_of(lane), self.now, self.lease_now

        async def on_postgres(tx: Tx) -> int | None:
            return await dead_letters.park(tx, name, error="x", code_version="1", now=now, lease_now=lease_now)

        def on_model(model: Inbox, answer: int | None, alone: bool) -> None:
            assert answer == model.first_idle(name)
            if answer is not None:
                model.buried(answer, model.events[answer].tries, lease_now)

        return Act("park", on_postgres, on_model)

    def decide(self, picks: Sequence[int], what: str, apart: int) -> Act:
        """A person has dead letters replayed, at once or one by one, takes them from the schedule, or dismisses them."""
        before = {"schedule": ("open",), "cancel": ("scheduled",), "dismiss": ("open", "scheduled")}[what]
        after = {"schedule": "scheduled", "cancel": "open", "dismiss": "dismissed"}[what]
        some = self.died or [0]
        event_ids = tuple({some[pick % len(some)] for pick in picks})
        asked = Selection(event_ids, scheduled=None if len(before) == 2 else before == ("scheduled",))
        now = self.now

        async def on_postgres(tx: Tx) -> int:
            letters = await dead_letters.choose(tx, asked)
            if letters and what == "schedule":
                await dead_letters.schedule(tx, letters, now=now, apart=timedelta(seconds=apart))
            elif letters and what == "cancel":
                await dead_letters.cancel(tx, letters)
            elif letters:
                await dead_letters.dismiss(tx, letters, now=now)
            return len(letters)

        def on_model(model: Inbox, answer: int, alone: bool) -> None:
            chosen = [event_id for event_id in model.letters(*before) if event_id in event_ids]
            assert answer == len(chosen)
            for event_id in chosen:
                model.events[event_id].letter = after

        return Act(what, on_postgres, on_model)

    def put_back(self, batch: int) -> Act:
        """A scheduler puts back letters that are due, the first arrived first."""
        self.pass_by(0.000_001)  # by which those of this act are known
        now, lease_now = self.now, self.lease_now

        async def on_postgres(tx: Tx) -> list[int]:
            letters = await dead_letters.due(tx, now=now, batch=batch)
            if letters:
                await dead_letters.put_back(tx, letters, now=now, lease_now=lease_now)
            gone = await tx.all("SELECT event_id FROM dead_letters WHERE replayed_at = %(now)s", {"now": now})
            assert len(letters) == len(gone) <= batch
            return [row.event_id for row in gone]

        def on_model(model: Inbox, gone: list[int], alone: bool) -> None:
            for event_id in gone:
                lane = model.events[event_id].lane
                before = [i for i in model.letters("scheduled") if model.events[i].lane == lane and i not in gone]
                assert all(model.events[i].place > model.events[event_id].place for i in before), "overtaken"
            for event_id in gone:
                model.put_back(event_id, lease_now)

        return Act("put_back", on_postgres, on_model)


def lane_of(number: int) -> str:
    """The name of a lane."""
    return _arrival(0, number).item.lane


def _arrival(number: int, lane: int) -> Arrival:
    ours, lead = LANES[lane]
    item = Item("twilio_sms", f"SM{number}", ours, lead, LaneClass.MESSAGE, {"Body": "x"})
    return Arrival(item, b"x", {}, "c", timedelta(hours=24))
