"""What one process counts by itself, for Prometheus: in a registry of its own, so that two desks never mix.

Counters and histograms begin at zero with the process. What SQL can tell of the whole desk is read at each scrape.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

__all__ = ["Meters", "Tally", "Tries"]

_ACCEPT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
_LAG = (0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1800, 7200)


class Tally:
    """The tries at events of one webhook type. Added to for each of them, so it takes no lock: one thread does it."""

    def __init__(self) -> None:
        self.lags = [0] * (len(_LAG) + 1)
        self.seconds = 0.0
        self.failed = 0

    def handled(self, lag: float) -> None:
        """Count one event that was handled `lag` seconds after its receipt."""
        self.lags[bisect_left(_LAG, lag)] += 1
        self.seconds += lag


class Tries(Collector):
    """The tallies, added up when they are asked for."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}

    def of(self, webhook_type: str) -> Tally:
        """The tally of one webhook type; it is shown from now on."""
        if (tally := self._tallies.get(webhook_type)) is None:
            tally = self._tallies[webhook_type] = Tally()
        return tally

    def collect(self) -> Iterator[Metric]:
        """A counter by outcome, and a histogram of the lags."""
        tries = CounterMetricFamily(
            "frontdesk_event_tries",
            "Tries of this process at events: handled, or failed (which is tried again, or becomes a dead letter).",
            labels=["webhook_type", "outcome"],
        )
        lag = HistogramMetricFamily(
            "frontdesk_event_lag_seconds",
            "From the receipt of an event to its being handled by this process, back-offs and waiting included.",
            labels=["webhook_type"],
        )
        bounds = [*map(floatToGoString, _LAG), "+Inf"]
        for webhook_type, tally in self._tallies.items():
            tries.add_metric([webhook_type, "handled"], sum(tally.lags))
            tries.add_metric([webhook_type, "failed"], tally.failed)
            buckets = list(zip(bounds, map(float, accumulate(tally.lags)), strict=True))
            lag.add_metric([webhook_type], buckets, sum_value=tally.seconds)
        yield from (tries, lag)


class Meters:
    """The counters, histograms and gauges of one process; `registry` holds them all."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.webhooks = Counter(
            "frontdesk_webhooks_total",
            "Webhooks that this process answered, by type and HTTP status.",
            ["webhook_type", "code"],
            registry=self.registry,
        )
        self.items = Counter(
            "frontdesk_webhook_items_total",
            "Items in acknowledged webhooks: first, or a duplicate that changed nothing.",
            ["webhook_type", "outcome"],
            registry=self.registry,
        )
        self.accept = Histogram(
            "frontdesk_webhook_accept_seconds",
            "From the first byte of a webhook to its acknowledgement: read, verified, stored.",
            ["webhook_type"],
            buckets=_ACCEPT,
            registry=self.registry,
        )
        self.tries = Tries()
        self.registry.register(self.tries)
        self.receiver_waiting = Gauge(
            "frontdesk_receiver_waiting",
            "Items in this process that wait to be stored; beyond 2000 webhooks are answered 503.",
            registry=self.registry,
        )
        self.listening = Gauge(
            "frontdesk_listening",
            "1: NOTIFY wakes this process; 0: it finds its work by polling alone, or has no worker.",
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
