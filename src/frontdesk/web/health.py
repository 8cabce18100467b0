"""Is the desk well? Facts from the database, a pure verdict, the reasons in plain words."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response

from frontdesk import __version__
from frontdesk.db.migrate import CODE_VERSION
from frontdesk.db.pool import DatabaseGone
from frontdesk.db.processes import DEAD_AFTER
from frontdesk.desk import Desk
from frontdesk.web import views
from frontdesk.web.depth import Depth, KeptDepths
from frontdesk.web.health_shapes import Checks, Health, InboxDepth, LaneCounts, Live, ProcessHealth, RoleHealth
from frontdesk.web.views import HealthFacts
from frontdesk.web.words import duration

__all__ = ["assess", "health_router", "judge"]

_SLOW = timedelta(seconds=60)  # what waits longer than this is worth a look
_MISSED_PASSES = 3
_NEEDED = {
    "worker": "webhooks are kept but not handled, and nothing is sent. Start one: `frontdesk worker`",
    "scheduler": "unknown sends are not reconciled and nothing is cleaned up. Start one: `frontdesk scheduler`",
}


async def assess(desk: Desk, depths: KeptDepths, *, simulated: bool) -> Health:
    """The health of this desk now; never raises for a database that is away."""
    now, lease_now = desk.clock.now(), desk.lease_clock.now()
    try:
        facts = await views.health_facts(desk, depths)
    except DatabaseGone as error:
        said = " ".join(str(error).split())
        reason = f"The database does not answer ({said}). Webhooks get 503 and are sent again by their providers."
        checks = Checks(database="unreachable", code_version=CODE_VERSION, simulated=simulated)
        return Health(status="down", ready=False, reasons=[reason], at=now, version=__version__, checks=checks)
    every = timedelta(minutes=desk.settings.monitor.every_minutes)
    return judge(facts, now=now, lease_now=lease_now, simulated=simulated, every=every)


def judge(
    facts: HealthFacts, *, now: datetime, lease_now: datetime, simulated: bool, every: timedelta = timedelta(minutes=5)
) -> Health:
    """The verdict: not ready without schema, worker, scheduler or its monitor; degraded when something needs a look.

    `every` is the time between two passes of the monitor.
    """
    processes = [_process(row, lease_now) for row in facts.processes]
    checks = Checks(
        database="reachable",
        schema_version=facts.schema_version,
        code_version=CODE_VERSION,
        simulated=simulated,
        roles={role: _role(role, processes) for role in ("serve", "worker", "scheduler")},
        processes=processes,
        inbox=[_depth(depth, now) for depth in facts.inbox or () if depth.waiting],
        outbox=facts.outbox,
        dead_letters=facts.dead_letters,
        monitored_at=facts.monitored_at,
    )
    blocking = [*_schema_reasons(facts), *_role_reasons(checks), *_monitor_reasons(checks, lease_now, every)]
    reasons = [*blocking, *_backlog_reasons(checks, facts, now), *_person_reasons(checks)]
    return Health(
        status="degraded" if reasons else "ok",
        ready=not blocking,
        reasons=reasons,
        at=now,
        version=__version__,
        checks=checks,
    )


def _process(row: Any, lease_now: datetime) -> ProcessHealth:
    age = lease_now - row.seen_at
    return ProcessHealth(
        host=row.host,
        pid=row.pid,
        version=row.version,
        roles=row.roles,
        started_at=row.started_at,
        seen_seconds_ago=round(max(0.0, age.total_seconds()), 1),
        alive=age <= DEAD_AFTER,
    )


def _role(role: str, processes: Sequence[ProcessHealth]) -> RoleHealth:
    ages = [process.seen_seconds_ago for process in processes if role in process.roles]
    alive = sum(process.alive for process in processes if role in process.roles)
    return RoleHealth(alive=alive, seen_seconds_ago=min(ages, default=None))


def _depth(depth: Depth, now: datetime) -> InboxDepth:
    oldest = depth.oldest or now
    return InboxDepth(
        lane_class=depth.lane_class,
        waiting=depth.waiting,
        oldest_at=oldest,
        oldest_seconds=round(max(0.0, (now - oldest).total_seconds()), 1),
        lanes=LaneCounts(**depth.lanes, lapsed=depth.lapsed),
    )


def _schema_reasons(facts: HealthFacts) -> Iterator[str]:
    if facts.schema_version < CODE_VERSION:
        yield (
            f"The schema is at version {facts.schema_version} and this code needs {CODE_VERSION}. "
            "Run `frontdesk migrate`."
        )


def _role_reasons(checks: Checks) -> Iterator[str]:
    for role, consequence in _NEEDED.items():
        if not checks.roles[role].alive:
            age = checks.roles[role].seen_seconds_ago
            seen = f"the last one was seen {duration(age)} ago" if age is not None else "none was seen lately"
            yield f"No {role} is alive ({seen}): {consequence}."


def _monitor_reasons(checks: Checks, lease_now: datetime, every: timedelta) -> Iterator[str]:
    """A scheduler that is alive and looks at nothing: told after three passes that did not come."""
    since = [process.started_at for process in checks.processes if process.alive and "scheduler" in process.roles]
    if not since:
        return  # said already
    seen = checks.monitored_at
    if lease_now - max(seen or min(since), min(since)) > _MISSED_PASSES * every:
        last = f"the last pass ended {duration((lease_now - seen).total_seconds())} ago" if seen else "it never ran"
        yield (
            f"The monitor does not run ({last}), so that nobody is told of what goes wrong. Start the scheduler again; "
            "its log says why: `monitor_part_failed` or `loop_failed`."
        )


def _backlog_reasons(checks: Checks, facts: HealthFacts, now: datetime) -> Iterator[str]:
    if facts.inbox is None:
        yield "So many webhooks wait to be handled that they could not be counted in time."
    for depth in checks.inbox:
        if depth.oldest_seconds > _SLOW.total_seconds():
            yield (
                f"{depth.waiting} webhook{'s' * (depth.waiting != 1)} of class {depth.lane_class} "
                f"wait{'s' * (depth.waiting == 1)} to be handled, the oldest for {duration(depth.oldest_seconds)}."
            )
    if facts.oldest_due is not None and now - facts.oldest_due > _SLOW:
        late = duration((now - facts.oldest_due).total_seconds())
        yield f"Messages that may go now are not being sent; the oldest is late by {late}."


def _person_reasons(checks: Checks) -> Iterator[str]:
    if checks.dead_letters:
        yield (
            f"{checks.dead_letters} dead letter{'s' * (checks.dead_letters != 1)}: see what failed with "
            "`frontdesk events dead`, then `frontdesk events replay`."
        )
    if unknown := checks.outbox.get("UNKNOWN", 0):
        yield (
            f"{unknown} send{'s' * (unknown != 1)} may or may not have reached the carrier; "
            "a receipt or reconcile settles that, else a person (`frontdesk outbox list --needs-a-person`)."
        )


def health_router(desk: Desk, *, simulated: bool) -> APIRouter:
    """/api/health, /livez and /readyz: open to monitors, and without a word about leads."""
    router = APIRouter(tags=["health"])
    down: dict[int | str, dict[str, Any]] = {503: {"model": Health, "description": "Not so, with the reasons."}}

    @router.get("/api/health", responses=down)
    async def health(request: Request, response: Response) -> Health:
        """How the desk is, with reasons; 503 only when the database is away."""
        verdict = await assess(desk, request.app.state.depths, simulated=simulated)
        response.status_code = 503 if verdict.status == "down" else 200
        return verdict

    @router.get("/livez")
    async def livez() -> Live:
        """The process answers; nothing else is looked at."""
        return Live()

    @router.get("/readyz", responses=down)
    async def readyz(request: Request, response: Response) -> Health:
        """Database, migrations, and heartbeats of a worker and a scheduler; else 503 with reasons."""
        verdict = await assess(desk, request.app.state.depths, simulated=simulated)
        response.status_code = 200 if verdict.ready else 503
        return verdict

    return router
