"""monitor: every few minutes, who is stuck, what must never be, what does not work; told once, and when over.

A part that fails hides no other. A pass in which all came to their end, and no promise is broken gravely, is clean.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from time import perf_counter
from typing import Any

import structlog

from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, is_gone
from frontdesk.db.queries import load_queries
from frontdesk.effects import Severity
from frontdesk.providers.deadman import ping
from frontdesk.reporting import report
from frontdesk.settings import Settings
from frontdesk.steps.conditions import tell
from frontdesk.steps.invariants import alert_of, find_violations
from frontdesk.steps.watch import Watched, watch
from frontdesk.watching import store as watching
from frontdesk.watching.troubles import TYPES, Counted, Facts, alerts_of

__all__ = ["Monitor", "Monitored"]

Q = load_queries("frontdesk.steps", "troubles.sql")
log = structlog.get_logger(__name__)

_CAP = 10_000  # counts go no further


@dataclass(slots=True)
class Monitored:
    """What one pass found: the stuck, alerts of troubles that hold, names of broken promises, parts that failed."""

    watched: Watched | None = None
    troubles: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    grave: bool = False
    """A broken promise is HIGH: one that no hand-written row can break alone."""
    took_ms: float = 0.0

    @property
    def clean(self) -> bool:
        """True where every part came to its end and no promise is broken gravely."""
        return not (self.failed or self.grave)


class Monitor:
    """Looks over one desk. Any number may do it at once: what they tell is decided by the alerts' room."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock, settings: Settings
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._settings = settings

    async def step(self) -> int:
        """A whole pass of the loop; returns 0, so that it rests every time."""
        await self.run()
        return 0

    async def run(self) -> Monitored:
        """One whole pass, written down, and told to DEADMAN_URL where it is clean. Raises one of DatabaseGone."""
        began, found = perf_counter(), Monitored()
        parts: dict[str, Callable[[Monitored], Awaitable[None]]] = {
            "stuck": self._watch,
            "invariants": self._invariants,
            "troubles": self._troubles,
        }
        for name, part in parts.items():
            try:
                await part(found)
            except Exception as error:
                if is_gone(error):
                    raise
                log.exception("monitor_part_failed", part=name)
                report(error, component="monitor", part=name)
                found.failed.append(name)
        found.took_ms = round((perf_counter() - began) * 1000, 1)
        await self._note(found)
        if found.clean and (url := self._settings.deadman_url) is not None:
            await ping(url.get_secret_value())
        return found

    async def _watch(self, found: Monitored) -> None:
        found.watched = await watch(self._db, self._bucket, self._clock, self._settings)

    async def _invariants(self, found: Monitored) -> None:
        async with self._db.transaction(self._bucket) as tx:
            violations = await find_violations(tx, self._clock.now())
        found.violations = [one.name for one in violations]
        found.grave = any(one.severity is Severity.HIGH for one in violations)
        for one in violations:
            log.error("invariant_violated", check=one.name, rows=one.rows)
        seen = [alert_of(one) for one in violations]
        await tell(self._db, self._bucket, self._clock, seen, types=("INVARIANT_VIOLATION",))

    async def _troubles(self, found: Monitored) -> None:
        now, lease_now = self._clock.now(), self._lease_clock.now()
        limits = self._settings.monitor
        late = now - timedelta(minutes=limits.outbox_late_minutes)
        async with self._db.transaction(self._bucket) as tx:
            letters = await tx.all(Q.letters, {"cap": _CAP})
            stalled = await tx.all(Q.stalled, {"late": late})
            down = await tx.all(Q.down, {"openings": limits.circuit_openings})
            unknown = await tx.all(Q.unknown, {"cap": _CAP})
            seen_at = (await tx.one(Q.worker_seen)).at
        facts = Facts(
            letters=[Counted(row.webhook_type, row.letters, row.since) for row in letters],
            stalled=[Counted(row.address, 1, row.since) for row in stalled],
            down=[Counted(row.account, row.opened, row.since, row.last_error or "") for row in down],
            unknown=[Counted(row.from_address, row.messages, row.since) for row in unknown],
            worker_at=seen_at,
        )
        alerts = list(alerts_of(facts, limits, now=now, lease_now=lease_now))
        found.troubles = [f"{alert.alert_type} {alert.key}" for alert in alerts]
        await tell(self._db, self._bucket, self._clock, alerts, types=TYPES)

    async def _note(self, found: Monitored) -> None:
        said: dict[str, Any] = {
            "stuck": asdict(found.watched) if found.watched else None,
            "troubles": found.troubles,
            "violations": found.violations,
            "failed": found.failed,
        }
        async with self._db.transaction(self._bucket) as tx:
            await watching.note_run(
                tx, "monitor", finished_at=self._lease_clock.now(), clean=found.clean, took_ms=found.took_ms, found=said
            )
        log.info("monitored", clean=found.clean, took_ms=found.took_ms, **said)
