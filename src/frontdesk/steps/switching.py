"""switching: a person stops sending, whole or in part, and lets it go on; and sets what one number may send."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from frontdesk.clients import store as clients
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotThere
from frontdesk.outbox import by_hand, switches
from frontdesk.outbox import store as outbox
from frontdesk.outbox.gate import Lane, Mode, Scope
from frontdesk.steps.addressed import e164, known_providers
from frontdesk.steps.audited import Asked, carry_out

__all__ = ["Throughput", "Which", "list_switches", "named", "release", "set_throughput", "switch_off", "switch_on"]

Batch = Callable[[Tx, int], Awaitable[list[int]]]
"""One bounded batch of rows with ids beyond the one given; returns their ids in order."""


@dataclass(frozen=True, slots=True)
class Which:
    """One switch: what it stops, and whose; `name` is empty for the global one."""

    scope: Scope
    name: str = ""

    def __str__(self) -> str:
        """As people say it: all sending, client 3, lane bulk."""
        return "all sending" if self.scope is Scope.GLOBAL else f"{self.scope.value} {self.name}"


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one number may send: segments a second, and in any minute; None: what the settings say."""

    per_second: float | None
    per_minute: float | None


def named(scope: Scope, name: str = "") -> Which:
    """A switch with its name as the table has it. Raises ValueError for a name that cannot be one."""
    match scope:
        case Scope.GLOBAL:
            if name:
                raise ValueError("the global switch has no name: it stops everything")
        case Scope.CLIENT:
            if not name.isascii() or not name.isdigit() or not 0 < int(name) < 2**63:
                raise ValueError(f"{name[:30]!r} is no client's id")
            name = str(int(name))
        case Scope.NUMBER:
            name = e164(name)
        case Scope.LANE:
            if name not in list(Lane):
                raise ValueError(f"there is no lane {name[:30]!r}: the lanes are {', '.join(Lane)}")
        case Scope.PROVIDER:
            if not name:
                raise ValueError("say which provider")
    return Which(scope, name)


async def switch_on(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    which: Which,
    *,
    mode: Mode = Mode.STOP,
    reason: str = "",
    actor: str,
    key: str | None = None,
    providers: Sequence[str] = (),
) -> int:
    """Stop sending, from the commit on in all processes; returns how many due messages are held by it. Recorded.

    With Mode.DRY_RUN nothing is held: what would go is blocked in its turn. Raises NotThere for what does not exist.
    `providers` are those that this process can send through, besides those that ever sent.
    """

    async def turn(tx: Tx) -> Mapping[str, Any]:
        await _refuse_unknown(tx, which, providers)
        await switches.turn(tx, which.scope, which.name, mode, reason=reason, set_by=actor, now=clock.now())
        return {}

    wanted = {"mode": mode.value, "reason": reason}
    await carry_out(db, bucket, clock, Asked(actor, "stop", str(which), key, wanted), turn)
    if mode is Mode.DRY_RUN:  # it may have stopped before, and held what now goes to its end
        await release(db, bucket, clock)
        return 0

    async def hold(tx: Tx, after: int) -> list[int]:
        if await by_hand.keep_switch(tx, which.scope, which.name) is not Mode.STOP:
            return []  # somebody lifted it: what would be held now, nobody would let go
        return await switches.hold(tx, which.scope, which.name, now=clock.now(), after=after)

    return await _in_batches(db, bucket, hold)


async def switch_off(
    db: Database, bucket: Bucket, clock: BusinessClock, which: Which, *, actor: str, key: str | None = None
) -> int:
    """Let it go on; returns how many held messages are due again. Recorded. Raises NotThere when it is not on."""

    async def lift(tx: Tx) -> Mapping[str, Any]:
        mode = await switches.lift(tx, which.scope, which.name)
        if mode is None:
            raise NotThere(await _not_on(tx, which))
        return {"mode": mode.value}

    await carry_out(db, bucket, clock, Asked(actor, "go", str(which), key), lift)
    return await release(db, bucket, clock)


async def release(db: Database, bucket: Bucket, clock: BusinessClock) -> int:
    """Make due what is held and no switch stops any more; returns how many.

    Also for what was put while a switch was lifted, by a transaction that had still seen it: run it now and then.
    """
    gone = await _in_batches(db, bucket, lambda tx, after: by_hand.let_go_freed(tx, now=clock.now(), after=after))
    if gone:
        async with db.transaction(bucket) as tx:
            outbox.ring(tx)
    return gone


async def _in_batches(db: Database, bucket: Bucket, batch: Batch) -> int:
    """All batches, each in a transaction of its own, so that nobody waits long for a row; returns how many rows."""
    moved, after = 0, 0
    while True:
        async with db.transaction(bucket) as tx:
            ids = await batch(tx, after)
        if not ids:
            return moved
        moved, after = moved + len(ids), ids[-1]


async def list_switches(db: Database, bucket: Bucket) -> Sequence[Any]:
    """All switches that are on."""
    async with db.transaction(bucket) as tx:
        return await switches.list_switches(tx)


async def _refuse_unknown(tx: Tx, which: Which, providers: Sequence[str]) -> None:
    if which.scope is Scope.CLIENT and await clients.get(tx, int(which.name)) is None:
        raise NotThere(f"There is no client {which.name}.")
    if which.scope is Scope.PROVIDER:
        known = sorted(await known_providers(tx) | set(providers))
        if which.name not in known:
            raise NotThere(f"There is no provider {which.name}: the providers are {', '.join(known)}.")


async def _not_on(tx: Tx, which: Which) -> str:
    on = [str(Which(Scope(row.scope), row.name)) for row in await switches.list_switches(tx)]
    return f"No switch stops {which}. " + (f"On are: {', '.join(on)}." if on else "No switch is on at all.")


async def set_throughput(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    number: str,
    own: Throughput,
    *,
    actor: str,
    key: str | None = None,
) -> None:
    """Give a number its own throughput (None: the settings'). Recorded. Raises NotThere for one that never sent."""

    async def write(tx: Tx) -> Mapping[str, Any]:
        if not await by_hand.set_throughput(tx, number, per_second=own.per_second, per_minute=own.per_minute):
            raise NotThere(f"No message was ever put for {number}: see `frontdesk outbox numbers`.")
        outbox.ring(tx)
        return {}

    wanted = {"per_second": own.per_second, "per_minute": own.per_minute}
    await carry_out(db, bucket, clock, Asked(actor, "set throughput", f"number {number}", key, wanted), write)
