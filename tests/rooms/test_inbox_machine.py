"""Anything may happen to the inbox, in any order, two things at once: nothing lost, nothing twice, lanes in order.

Each step is done on PostgreSQL and in the model, and the two are compared; see inbox_acts.py and inbox_model.py. To look
for longer than in a usual run, and at other stories each time, say at how many: FRONTDESK_TEST_STORIES=2000.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine, Sequence
from copy import deepcopy
from itertools import permutations
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from inbox_acts import EFFECTS, LANES, WORKERS, Act, Acts, Undone, lane_of
from inbox_model import Inbox

from frontdesk.db.pool import Database

STORIES = int(os.environ.get("FRONTDESK_TEST_STORIES", "0"))
TABLES = ("inbox_queue", "inbox_lanes", "webhook_events", "processed_webhooks", "dead_letters", "effects")

a_lane = st.integers(0, len(LANES) - 1)
a_worker = st.sampled_from([0, 0, *range(1, WORKERS)])
a_pick = st.integers(0, 11)
few = st.integers(1, 3)

MAY_HAPPEN = {
    "deliver": {"lanes": st.lists(a_lane, max_size=5), "again": st.lists(a_pick, max_size=3), "late": st.booleans()},
    "claim": {"worker": a_worker, "lanes": st.sampled_from([1, 2, 3, 6]), "per_lane": few, "fairly": st.none() | st.tuples(few, few)},
    "claim_round": {"worker": a_worker, "lanes": st.sampled_from([1, 1, 2, 6]), "per_lane": few, "share": few, "at_once": few, "retrying": st.booleans()},
    "settle": {"pick": a_pick, "how_many": few, "others": st.integers(0, 2), "closes": st.booleans(), "answer_lost": st.booleans()},
    "fail": {"pick": a_pick, "how": st.sampled_from(["retry", "hold", "bury", "bury"]), "wait": st.sampled_from([0, 2, 40])},
    "give_back": {"worker": a_worker},
    "heartbeat": {"worker": a_worker},
    "crash": {"worker": a_worker},
    "wake": {"lane": a_lane},
    "park": {"lane": a_lane},
    "decide": {"picks": st.lists(a_pick, min_size=1, max_size=3), "what": st.sampled_from(["schedule", "schedule", "cancel", "dismiss"]), "apart": st.sampled_from([0, 5])},
    "put_back": {"batch": few},
    "pass_by": {"seconds": st.sampled_from([1, 3, 14, 16, 60])},
}  # fmt: skip
OFTEN = {"deliver": 5, "claim": 3, "claim_round": 3, "settle": 7, "fail": 3, "decide": 2, "put_back": 2, "give_back": 2, "pass_by": 3}  # fmt: skip
SILENT = ("crash", "pass_by")
"""What does nothing to PostgreSQL."""


def of(names: list[str]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """One of these things, with what it needs to know."""
    named = {name: st.tuples(st.just(name), st.fixed_dictionaries(MAY_HAPPEN[name])) for name in names}
    return st.sampled_from([name for name in names for _ in range(OFTEN.get(name, 1))]).flatmap(named.__getitem__)


anything = of(list(MAY_HAPPEN))
some_act = of([name for name in MAY_HAPPEN if name not in SILENT])


class InboxMachine(RuleBasedStateMachine):
    """All that receivers, workers and people may do."""

    def __init__(self, runner: asyncio.Runner, db: Database) -> None:
        super().__init__()
        self.runner = runner
        self.db = db
        self.model = Inbox()
        self.acts = Acts()
        self.sound = True
        self.run(self.empty())

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it to its end, and remember whether the story has failed."""
        self.sound = False
        self.runner.run(work)
        self.sound = True

    async def empty(self) -> None:
        """Begin with nothing."""
        async with self.db.transaction() as tx:
            for table in TABLES:
                await tx.run(f"DELETE FROM {table}")

    # One thing, or two at once -------------------------------------------------------------------------------------

    def do(self, *acts: Act) -> None:
        """Do it, and compare with the model. Of two at once, either may have come first."""
        self.run(self._do(acts))

    async def _do(self, acts: Sequence[Act]) -> None:
        answers = await asyncio.gather(*(self._in_transaction(act) for act in acts), return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException):
                raise answer
        found = await self._found()
        failures = []
        for order in permutations(zip(acts, answers, strict=True)):
            try:
                self.model = self._explained(order, found)
                break
            except AssertionError as error:
                failures.append(error)
        else:
            raise failures[0]
        for act, answer in zip(acts, answers, strict=True):
            act.afterwards(answer)

    async def _in_transaction(self, act: Act) -> Any:
        try:
            async with self.db.transaction() as tx:
                return await act.on_postgres(tx)
        except Undone:
            return Undone

    def _explained(self, order: Sequence[tuple[Act, Any]], found: dict[str, Any]) -> Inbox:
        model = deepcopy(self.model)
        for act, answer in order:
            act.on_model(model, answer, len(order) == 1)
        assert found == model.tables()
        return model

    async def _found(self) -> dict[str, Any]:
        async with self.db.transaction() as tx:
            lanes = await tx.all("SELECT lane, client_id, ready_at, claim_token, lapses, retrying FROM inbox_lanes")
            queue = await tx.all("SELECT lane, received_at, event_id, attempts FROM inbox_queue ORDER BY 1, 2, 3")
            events = await tx.all("SELECT id, request_id, lane, received_at, status, attempts FROM webhook_events")
            known = await tx.all("SELECT request_id, duplicate_count FROM processed_webhooks")
            letters = await tx.all(
                "SELECT event_id, deaths, CASE WHEN dismissed_at IS NOT NULL THEN 'dismissed' "
                "WHEN replayed_at IS NOT NULL THEN 'replayed' WHEN replay_at IS NOT NULL THEN 'scheduled' "
                "ELSE 'open' END FROM dead_letters"
            )
            effects = [row.event_id for row in await tx.all("SELECT event_id FROM effects ORDER BY id")]
        self.acts.places = {row.request_id: (row.received_at, row.id) for row in events}
        self.acts.died = sorted(row.event_id for row in letters)
        assert self.acts.places.keys() == {arrival.item.request_id for arrival in self.acts.accepted}, "lost"
        whose = {row.id: row.lane for row in events}
        by_lane = {lane: [i for i in effects if whose[i] == lane] for lane in {whose[i] for i in effects}}
        _promises_hold(lanes, queue, events, by_lane, {row.event_id for row in letters})
        return {
            "lanes": {row.lane: tuple(row)[1:] for row in lanes},
            "queue": [tuple(row) for row in queue],
            "events": {row.id: (row.lane, row.received_at, row.status, row.attempts) for row in events},
            "duplicates": dict(known),
            "letters": {row[0]: tuple(row)[1:] for row in letters},
            "effects": by_lane,
        }

    # What may happen -----------------------------------------------------------------------------------------------

    @rule(what=anything)
    def one_thing(self, what: tuple[str, dict[str, Any]]) -> None:
        name, told = what
        if name in SILENT:
            getattr(self.acts, name)(**told)
        else:
            self.do(getattr(self.acts, name)(**told))

    @rule(one=some_act, other=some_act)
    def two_things_at_once(self, one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]) -> None:
        self.do(*(getattr(self.acts, name)(**told) for name, told in (one, other)))

    # The end -------------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Do all that is left: then everything that was accepted is done, dead or dismissed, and no lane is left."""
        if not self.sound:
            return
        self.acts.hands.clear()  # every worker crashes
        self.do_what_is_ready()
        assert all(lane.ready_at is None for lane in self.model.lanes.values()), "left, and held for nobody"
        while self.model.letters("scheduled"):
            self.do(self.acts.put_back(100))
            self.acts.pass_by(5)
        for lane in [lane for lane in range(len(LANES)) if lane_of(lane) in self.model.lanes]:
            self.do(self.acts.wake(lane))
        self.do_what_is_ready()
        assert self.model.lanes == {}
        assert {event.status for event in self.model.events.values()} <= {"done", "dead"}

    def do_what_is_ready(self) -> None:
        self.acts.pass_by(3600)
        while self.model.ready(self.acts.lease_now):
            self.do(self.acts.claim(0, 100, 10))
            while self.acts.hands:
                self.do(self.acts.settle(0, 10, len(LANES), closes=True, answer_lost=False))


def _promises_hold(lanes: Any, queue: Any, events: Any, effects: dict[str, list[int]], died: set[int]) -> None:
    """What holds whatever the model says."""
    assert {row.lane for row in lanes} == {row.lane for row in queue}, "a lane without work, or work without a lane"
    done = Counter(row.id for row in events if row.status == "done")
    assert Counter(i for took in effects.values() for i in took) == done, "an effect not once"
    waiting = {row.id for row in events if row.status in ("waiting", "retrying", "held")}
    assert {row.event_id for row in queue} == waiting, "lost, or back from the dead"
    for took in effects.values():
        never_died = [i for i in took if i not in died]
        assert never_died == sorted(never_died), "not in the order of arrival"


def test_whatever_happens_nothing_is_lost_nothing_is_done_twice_and_lanes_keep_their_order(dsn: str) -> None:
    async def begin() -> None:
        await db.open()
        async with db.transaction() as tx:
            await tx.run(EFFECTS)

    db = Database(dsn, size=3)
    how_long = settings(
        max_examples=STORIES or 50,
        stateful_step_count=30,
        deadline=None,
        derandomize=not STORIES,
        database=None,
    )
    with asyncio.Runner() as runner:
        runner.run(begin())
        try:
            run_state_machine_as_test(lambda: InboxMachine(runner, db), settings=how_long)
        finally:
            runner.run(db.close())
