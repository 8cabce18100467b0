"""What stops and paces sending, in the API: kill switches, sender numbers with their limiters, circuits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request

from frontdesk.clients import store as clients
from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.outbox import circuits, switches
from frontdesk.outbox.gate import Scope
from frontdesk.outbox.pace import Pace, factor_at
from frontdesk.steps import switching
from frontdesk.web import views
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.outbox_shapes import (
    CircuitRow,
    Limiter,
    Limiters,
    Phone,
    Switches,
    SwitchOrder,
    SwitchOutcome,
    SwitchRow,
    ThroughputOrder,
)
from frontdesk.web.standing import circuit_words, switch_words

__all__ = ["add_sending", "limiter", "read_limiters", "read_switches", "switches_on"]


def add_sending(router: APIRouter, desk: Desk) -> None:
    """/api/admin/switches and /api/admin/limiters."""
    parts = (desk.db, desk.bucket, desk.clock)

    @router.get("/switches")
    async def list_on() -> Switches:
        """The kill switches that are on."""
        return Switches(items=await switches_on(desk))

    @router.put("/switches", responses=REFUSALS)
    async def stop(request: Request, order: SwitchOrder, key: Key = None) -> SwitchOutcome:
        """Stop sending, whole or in part, from now on and in all processes; or make it a dry run."""
        which = _named(order.scope, order.name)
        held = await switching.switch_on(
            *parts,
            which,
            mode=order.mode,
            reason=order.reason,
            actor=request.state.who,
            key=key,
            providers=list(desk.registry.senders),
        )
        return SwitchOutcome(scope=which.scope, name=which.name, held=held, done_by=request.state.who)

    @router.delete("/switches", responses=REFUSALS)
    async def go(
        request: Request, scope: Scope, name: Annotated[str, Query(max_length=100)] = "", key: Key = None
    ) -> SwitchOutcome:
        """Let it go on; what was held is due again."""
        which = _named(scope, name)
        released = await switching.switch_off(*parts, which, actor=request.state.who, key=key)
        return SwitchOutcome(scope=which.scope, name=which.name, released=released, done_by=request.state.who)

    @router.get("/limiters")
    async def limiters() -> Limiters:
        """Each sender number with what it has under way and how fast it goes, and each account's circuit."""
        async with views.reading(desk) as tx:
            return await read_limiters(tx, desk.clock.now())

    @router.put("/limiters/{number}", responses=REFUSALS)
    async def set_throughput(
        request: Request, number: Annotated[Phone, Path()], order: ThroughputOrder, key: Key = None
    ) -> Limiter:
        """Set what one number may send; it holds from its next message on."""
        own = switching.Throughput(order.per_second, order.per_minute)
        await switching.set_throughput(*parts, number, own, actor=request.state.who, key=key)
        async with views.reading(desk) as tx:
            (row,) = await views.numbers(tx, desk.clock.now(), only=number)
        return limiter(row, desk.clock.now())


def _named(scope: Scope, name: str) -> switching.Which:
    try:
        return switching.named(scope, name)
    except ValueError as error:
        said = str(error)
        raise HTTPException(400, f"{said[:1].upper()}{said[1:]}.") from error


async def switches_on(desk: Desk) -> list[SwitchRow]:
    """The switches that are on now. Raises one of DatabaseGone."""
    async with views.reading(desk) as tx:
        return await read_switches(tx)


async def read_switches(tx: Tx) -> list[SwitchRow]:
    """The switches that are on, each with its words."""
    rows = await switches.list_switches(tx)
    return [SwitchRow.model_validate({**row._asdict(), "words": await _words(tx, row)}) for row in rows]


async def _words(tx: Tx, row: Any) -> str:
    client = await clients.get(tx, int(row.name)) if row.scope == Scope.CLIENT else None
    return switch_words(row.scope, row.name, row.mode, client.name if client else None)


async def read_limiters(tx: Tx, now: datetime) -> Limiters:
    """Numbers and circuits as they stand at `now`."""
    numbers: Sequence[Any] = await views.numbers(tx, now)
    accounts = await circuits.list_circuits(tx)
    return Limiters(items=[limiter(row, now) for row in numbers], circuits=[_circuit(row, now) for row in accounts])


def limiter(row: Any, now: datetime) -> Limiter:
    """One number, from a row of `views.numbers`."""
    slow = factor_at(Pace(row.next_slot_at, (), row.slow_factor, row.throttled_at), now)
    return Limiter.model_validate({**row._asdict(), "number": row.address, "slow_factor": round(slow, 2)})


def _circuit(row: Any, now: datetime) -> CircuitRow:
    state, words = circuit_words(row, now)
    return CircuitRow.model_validate({**row._asdict(), "state": state, "words": words})
