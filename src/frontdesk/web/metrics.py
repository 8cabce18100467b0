"""/metrics: what this process counted by itself, and gauges of the whole desk, in Prometheus' text format."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from time import monotonic

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from psycopg.errors import QueryCanceled
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.alerts import stats
from frontdesk.db.pool import DatabaseGone
from frontdesk.db.queries import load_queries
from frontdesk.desk import Desk
from frontdesk.outbox import switches
from frontdesk.web import views
from frontdesk.web.attention import KeptAttention
from frontdesk.web.depth import KeptDepths
from frontdesk.web.gauges import Facts, Found, families
from frontdesk.web.kept import Kept
from frontdesk.web.sending import read_limiters

__all__ = ["metrics_route"]

Q = load_queries("frontdesk.web", "metrics.sql")
log = structlog.get_logger(__name__)

_LONGEST = "1000"  # ms for each statement; those of the depths have a limit of their own
_PATIENCE = 5.0  # seconds for all; a server that hangs is as good as gone
_WAIT = 1.0  # seconds for a connection
_RECENT, _NEWEST = timedelta(minutes=5), 1000  # the events by which the desk's lag is told


def metrics_route(desk: Desk, depths: KeptDepths, attention: KeptAttention) -> Route:
    """GET /metrics, behind the door of the admin API. Answers also while the database is away."""
    facts = Kept(_Reader(desk, depths, attention).read)

    async def metrics(request: Request) -> Response:
        request.state.who = request.app.state.door.admit(request)
        found = await facts.get()
        now, lease_now = desk.clock.now(), desk.lease_clock.now()
        gauges = list(families(found, desk.registry.profiles(), now=now, lease_now=lease_now))
        registry = CollectorRegistry()
        registry.register(_Both(desk.meters.registry, gauges))
        encode, media_type = choose_encoder(request.headers.get("accept", ""))
        return Response(encode(registry), headers={"Content-Type": media_type})

    return Route("/metrics", metrics)


class _Reader:
    """Reads what the database tells."""

    def __init__(self, desk: Desk, depths: KeptDepths, attention: KeptAttention) -> None:
        self._desk = desk
        self._depths = depths
        self._attention = attention

    async def read(self) -> Facts:
        """One reading; a database that is away, hangs or is slow is a fact too."""
        began, up, found = monotonic(), True, None
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await self._find()
        except QueryCanceled:
            log.warning("scrape_too_slow", longest_ms=int(_LONGEST))
        except (*DatabaseGone, TimeoutError) as error:
            log.warning("scrape_without_database", error=str(error) or "it does not answer")
            up = False
        return Facts(up, monotonic() - began, found)

    async def _find(self) -> Found:
        desk = self._desk
        async with desk.db.transaction(desk.bucket, wait=_WAIT) as tx:
            await tx.one(Q.read_briefly, {"longest": _LONGEST})
            letters = await tx.all(Q.open_letters, {"cap": views.CAP})
            ledger, _ = await views.status_counts(tx)
            oldest_due = await views.oldest_due(tx, desk.clock.now())
            processes = await views.processes(tx)
            leads = (await tx.one(Q.leader_there, {"lease_now": desk.lease_clock.now()})).leads
            limiters = await read_limiters(tx, desk.clock.now())
            on = await switches.list_switches(tx)
            told = await stats.messages_by_status(tx, desk.clock.now())
            recent = await tx.one(Q.recent_lag, {"since": desk.clock.now() - _RECENT, "newest": _NEWEST})
        lags = {"0.5": recent.median, "0.99": recent.slow} if recent.median is not None else {}
        depths, attention = await asyncio.gather(self._depths.get(), self._attention.get())
        return Found(depths, letters, ledger, oldest_due, processes, leads, lags, limiters, on, attention, told)


class _Both(Collector):
    """The meters of the process and the gauges of the desk, as one registry asks for them."""

    def __init__(self, own: CollectorRegistry, gauges: Iterable[Metric]) -> None:
        self._own = own
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """All families, without the times at which series began, which would double them."""
        for family in self._own.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
        yield from self._gauges
