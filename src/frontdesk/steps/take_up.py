"""take_up: onboarding moves on without a text: what a person wrote by hand, numbers that came, owners who are silent.

One short transaction per client, so that one that fails stops no other; the scheduler calls it, and so may others.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from frontdesk.clients import pool
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx, is_gone
from frontdesk.effects import SendClass
from frontdesk.onboarding import rules
from frontdesk.onboarding import store as onboarding
from frontdesk.onboarding_states import TURNS, State, Turn
from frontdesk.outbox.quiet import every_day, window
from frontdesk.outbox.regions import places
from frontdesk.settings import Settings
from frontdesk.steps.onboard import take_up_client
from frontdesk.steps.owners import Cause, Owner, carry_out, facts_of, load, serve
from frontdesk.steps.pool_alerts import look_into_pool
from frontdesk.steps.raise_alert import raise_alert

__all__ = ["TakingUp", "take_up"]

_AT_ONCE = 100
"""Clients of one kind in one pass; the next pass goes on."""
_WAITING = 1000
"""More than wait at a time: those whom no free number fits must not hide the ones behind them."""
_RAISE_EVERY = timedelta(minutes=5)  # the same news is no news before

log = structlog.get_logger(__name__)


async def take_up(db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings) -> int:
    """One whole pass; returns how many clients moved on, or were reminded. Safe to call from several processes."""
    return await TakingUp(db, bucket, clock, settings).step()


class TakingUp:
    """The scheduler's part in onboarding."""

    def __init__(self, db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._settings = settings
        self._raised: tuple[str, datetime] | None = None

    async def step(self) -> int:
        """What changed by hand first, then who waits for a number, then who is silent; then the operator is told."""
        now = self._clock.now()
        rest = timedelta(days=self._settings.pool.quarantine_days)
        asked_before = [now - timedelta(hours=hours) for hours in self._settings.onboarding.remind_hours]
        async with self._db.transaction(self._bucket) as tx:
            await pool.end_quarantine(tx, until=now + rest, now=now)
            changed = await onboarding.changed(tx, _AT_ONCE)
        done = await self._each(changed, self._change)
        async with self._db.transaction(self._bucket) as tx:
            waiting = await onboarding.waiting(tx, _WAITING)
        done += await self._each(waiting, self._serve)
        async with self._db.transaction(self._bucket) as tx:
            silent = await onboarding.silent(tx, asked_before, _AT_ONCE)
        done += await self._each([client_id for client_id, _ in silent], self._remind)
        await self._tell_operator(now)
        return done

    async def _each(self, client_ids: list[int], act: Callable[[Tx, int, datetime], Awaitable[bool]]) -> int:
        done = 0
        for client_id in client_ids:
            try:
                async with self._db.transaction(self._bucket) as tx:
                    done += await act(tx, client_id, self._clock.now())
            except Exception as error:
                if is_gone(error):
                    raise
                log.exception("onboarding_not_taken_up", client_id=client_id, error=str(error))
        return done

    async def _change(self, tx: Tx, client_id: int, now: datetime) -> bool:
        return await take_up_client(tx, client_id, now, self._settings)

    async def _serve(self, tx: Tx, client_id: int, now: datetime) -> bool:
        owner = await load(tx, client_id, self._settings)
        if owner is None or owner.standing.current_state is not State.S6_ASSIGN_NUMBER:
            return False  # it moved on meanwhile
        cause = _next_turn(owner)
        if not await serve(tx, owner, cause, now, first_told=False):
            return False
        await carry_out(tx, owner, [], cause, now)
        return True

    async def _remind(self, tx: Tx, client_id: int, now: datetime) -> bool:
        owner = await load(tx, client_id, self._settings)
        if owner is None or owner.phone is None or not self._due(owner, now) or self._sleeps(owner, now):
            return False
        asked_at, nth = owner.standing.asked_at, owner.standing.reminders + 1
        cause = replace(_next_turn(owner), send_class=SendClass.UNPROMPTED)
        owner.standing = replace(owner.standing, reminders=nth)
        effect = rules.reminder(facts_of(owner), nth)
        await carry_out(tx, owner, [effect], cause, now)
        # Silence goes on being counted from their last turn, not from the reminder.
        await onboarding.save(tx, replace(owner.standing, asked_at=asked_at))
        return True

    def _due(self, owner: Owner, now: datetime) -> bool:
        """Asked again under the lock: they may have answered."""
        standing, hours = owner.standing, self._settings.onboarding.remind_hours
        if TURNS[standing.current_state] is not Turn.CLIENT or standing.reminders >= len(hours):
            return False
        return standing.asked_at is not None and standing.asked_at <= now - timedelta(hours=hours[standing.reminders])

    def _sleeps(self, owner: Owner, now: datetime) -> bool:
        """Whether it is night at the owner: the reminder is put in the morning, so that an answer before it wins."""
        quiet = self._settings.quiet
        if quiet.start == quiet.end or owner.phone is None:
            return False
        hours = every_day(quiet.end, quiet.start)
        there = places(owner.phone, None, owner.client.timezone, hours, us_states=quiet.us_states)
        return window(now, there).opens_at is not None

    async def _tell_operator(self, now: datetime) -> None:
        """The net under what was raised at once, and the word that it is over."""
        async with self._db.transaction(self._bucket) as tx:
            alert = await look_into_pool(tx, self._settings, now)
        if alert is None:
            self._raised = None
        elif self._raised is None or self._raised[0] != alert.message or now - self._raised[1] >= _RAISE_EVERY:
            await raise_alert(self._db, self._bucket, self._clock, alert)
            self._raised = alert.message, now


def _next_turn(owner: Owner) -> Cause:
    owner.standing = replace(owner.standing, turns=owner.standing.turns + 1)
    return Cause(f"turn:{owner.standing.turns}", uuid4().hex)
