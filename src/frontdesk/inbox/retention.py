"""How long the inbox is kept: expired request ids, and old events by whole weeks once nothing in them is unsettled.

The statements as functions; `steps/retire.py` opens the transactions, one for each batch and each week.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from psycopg import errors, sql

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = [
    "BEGINNING",
    "Batch",
    "Place",
    "Week",
    "drop_week",
    "forget_old_events",
    "forget_requests",
    "lock_week",
    "old_weeks",
]

Q = load_queries("frontdesk.inbox", "retention.sql")

_PREFIX = "webhook_events_"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a pass has come. The time is the database's own text: it may be one that Python cannot hold."""

    at: str
    id: int


BEGINNING = Place("-infinity", 0)
"""Before the first row."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch looked at and what of it went; the next one goes on from `last`."""

    found: int
    gone: int
    last: Place


@dataclass(frozen=True, slots=True)
class Week:
    """A weekly partition of the archive, with what keeps it. `in_use`: its lock could not be had in time."""

    partition: str
    starts_at: datetime
    ends_at: datetime
    waiting: int = 0
    open_dead_letters: int = 0
    in_use: bool = False

    @property
    def week(self) -> str:
        """Its name for people: the ISO week, such as 2026w20."""
        return self.partition.removeprefix(_PREFIX)

    @property
    def why(self) -> str:
        """What keeps it, and what to do about it; empty when it may go."""
        keeping = []
        if self.waiting:
            events = "1 event that is" if self.waiting == 1 else f"{self.waiting:,} events that are"
            keeping.append(f"{events} not handled; retry or park {'it' if self.waiting == 1 else 'them'}")
        if dead := self.open_dead_letters:
            letters = "1 open dead letter" if dead == 1 else f"{dead:,} open dead letters"
            keeping.append(f"{letters}; replay or dismiss {'it' if dead == 1 else 'them'}")
        if self.in_use:
            keeping.append("somebody reads it or writes to it for long; the next pass tries again")
        return ", and ".join(keeping)


async def forget_requests(tx: Tx, before: datetime, after: Place, size: int) -> Batch:
    """Delete up to `size` request ids that expired before `before`, from `after` on; locked ones are passed by.

    Fewer found than asked for means that this was the last batch.
    """
    await tx.one(Q.in_small_steps)
    place = {"before": before, "after_at": after.at, "size": size}
    return _batch(await tx.one(Q.forget_requests, place), after)


async def forget_old_events(tx: Tx, before: datetime, after: Place, size: int) -> Batch:
    """Delete the settled ones among the next `size` events of the default partition that came before `before`.

    Fewer found than asked for means that this was the last batch.
    """
    await tx.one(Q.in_small_steps)
    place = {"before": before, "after_at": after.at, "after_id": after.id, "size": size}
    return _batch(await tx.one(Q.forget_old_events, place), after)


def _batch(row: tuple[int, int, str | None, int], after: Place) -> Batch:
    found, gone, last_at, last_id = row
    return Batch(found, gone, after if last_at is None else Place(last_at, last_id))


async def old_weeks(tx: Tx, before: datetime) -> list[Week]:
    """The weekly partitions that lie whole before `before`, the oldest first, with what is unsettled in each."""
    return [Week(*row) for row in await tx.all(Q.old_weeks, {"before": before})]


async def lock_week(tx: Tx, week: Week) -> Week | None:
    """Lock a week to be dropped, and look again what is unsettled in it; None when it is gone already.

    With a `why` in the answer it must be kept. The locks last to the end of the transaction: drop it at once, or leave.

    Why nothing unsettled can be lost: bury and replay move an event between its queue and the open dead letters in one
    transaction, settle takes it out of its queue in one, and our one statement sees their rows as before it or as after
    it. Each of them also updates the event in the archive, which our lock shuts out. So what is in flight while we look
    has that still to come and is not committed, and we see its event where it stood before. What neither look has seen
    is settled, and stays so. New events of so old a week do not come; those of a clock gone wrong wait for us, and end
    in the default partition.
    """
    # While we wait for the parent, every webhook waits behind us. This begins the transaction, too: without it, the
    # block below would be one of its own, and give the locks back at its end.
    await tx.connection.execute("SET LOCAL lock_timeout = '300ms'")
    try:
        async with tx.connection.transaction():  # a savepoint: a refusal gives all locks back at once
            await tx.connection.execute(_LOCK.format(sql.Identifier("webhook_events")))
            # The drop would take these two by itself, with a long wait for each. Whoever holds them now, without the
            # parent, reads a partition by its name, or is the autovacuum, or is at the end of a commit.
            await tx.connection.execute("SET LOCAL lock_timeout = '50ms'")
            await tx.connection.execute(_LOCK.format(sql.Identifier(week.partition)))
            await tx.connection.execute(_LOCK.format(sql.Identifier("webhook_events_default")))
            # A million waiting events take a while to look through: then the week stays until they are fewer.
            await tx.connection.execute("SET LOCAL statement_timeout = '200ms'")
            row = await tx.one(Q.unsettled_in, {"starts_at": week.starts_at, "ends_at": week.ends_at})
            await tx.connection.execute("SET LOCAL statement_timeout TO DEFAULT")
    except errors.UndefinedTable:
        return None
    except (errors.LockNotAvailable, errors.QueryCanceled):
        return replace(week, in_use=True)
    return replace(week, waiting=row.waiting, open_dead_letters=row.open_dead_letters)


_LOCK = sql.SQL("LOCK TABLE ONLY {} IN ACCESS EXCLUSIVE MODE")


async def drop_week(tx: Tx, week: Week) -> None:
    """Drop a week that `lock_week` gave back without a `why`. Its files go after the commit, when the locks are free.

    A plain DROP: DETACH CONCURRENTLY would spare the parent's lock, but runs in no transaction and not beside a default
    partition; a plain DETACH takes the same lock, and leaves a table to be dropped later.
    """
    await tx.connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(week.partition)))
