"""What the database tells of the whole desk, as Prometheus' gauges. Pure: facts in, families out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric

from frontdesk import __version__
from frontdesk.alerts.model import MessageStatus
from frontdesk.db.processes import DEAD_AFTER
from frontdesk.outbox.gate import Mode
from frontdesk.outbox.model import LedgerStatus
from frontdesk.web.attention import Attention
from frontdesk.web.depth import Depth
from frontdesk.web.outbox_shapes import Limiters

__all__ = ["Facts", "Found", "families"]

_ROLES = ("serve", "worker", "scheduler")


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the database. `depths` is None where they could not be counted in time."""

    depths: Sequence[Depth] | None
    letters: Sequence[Any]
    ledger: dict[str, int]
    oldest_due: datetime | None
    processes: Sequence[Any]
    leads: bool
    lags: Mapping[str, timedelta]
    """From receipt to handled, by quantile; empty when nothing came lately."""
    limiters: Limiters
    switches: Sequence[Any]
    attention: Attention
    alert_messages: Mapping[str, int]
    """Messages to the operator of the last day, by state."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One reading: whether the database is there, how long it took in seconds, and what was found, if anything was."""

    up: bool
    took: float
    found: Found | None = None


def families(facts: Facts, webhook_types: Iterable[str], *, now: datetime, lease_now: datetime) -> Iterator[Metric]:
    """All gauges; only the first four where nothing was found. Ages are taken at `now` and `lease_now`."""
    found = facts.found
    complete = found is not None and found.depths is not None
    yield InfoMetricFamily("frontdesk_build", "The version that runs.", {"version": __version__})
    yield _one("frontdesk_up_database", "1 while this process reaches its database.", facts.up)
    yield _one("frontdesk_scrape_complete", "1 when all that the database tells was read in time.", complete)
    yield _one("frontdesk_scrape_seconds", "How long the last reading of the database took.", facts.took)
    if found is None:
        return
    if found.depths is not None:
        yield from _inbox(found.depths, now)
    lags = _by("frontdesk_inbox_lag_seconds", "Receipt to handled, of the newest events, by all processes.", "quantile")
    for quantile, lag in found.lags.items():
        lags.add_metric([quantile], max(0.0, lag.total_seconds()))
    yield lags
    yield from _letters(found.letters, webhook_types)
    yield from _outbox(found.ledger, found.oldest_due, now)
    yield from _senders(found.limiters)
    yield from _stopped(found)
    yield from _alerts(found)
    yield from _processes(found.processes, lease_now)
    yield _one("frontdesk_leader", "1 while some scheduler leads.", found.leads)


def _inbox(depths: Sequence[Depth], now: datetime) -> Iterator[Metric]:
    events = _by("frontdesk_inbox_events", "Events that wait or are in hand, by class of lane.", "lane_class")
    oldest = _by("frontdesk_inbox_oldest_age_seconds", "Age of the oldest of them; 0: there is none.", "lane_class")
    lanes = _by("frontdesk_inbox_lanes", "Lanes with work, by class and state.", "lane_class", "state")
    for depth in depths:
        events.add_metric([depth.lane_class], depth.waiting)
        oldest.add_metric([depth.lane_class], _age(depth.oldest, now))
        for state, number in depth.lanes.items():
            lanes.add_metric([depth.lane_class, state], number)
    yield from (events, oldest, lanes)
    lapsed = sum(depth.lapsed for depth in depths)
    yield _one("frontdesk_inbox_lapsed_leases", "Lanes whose worker died or hangs, not taken over yet.", lapsed)


def _letters(rows: Sequence[Any], webhook_types: Iterable[str]) -> Iterator[Metric]:
    letters = _by("frontdesk_dead_letters_open", "Open dead letters, counted up to 10000.", "webhook_type")
    found = dict.fromkeys(webhook_types, 0) | {row.webhook_type: row.letters for row in rows}
    for webhook_type, number in sorted(found.items()):
        letters.add_metric([webhook_type], number)
    yield letters
    scheduled = sum(row.scheduled for row in rows)
    yield _one("frontdesk_replays_scheduled", "Of these, how many are to be put back at a set time.", scheduled)


def _outbox(ledger: dict[str, int], oldest_due: datetime | None, now: datetime) -> Iterator[Metric]:
    text = "Ledger rows by state: open ones up to 10000, final ones among the newest 10000."
    messages = _by("frontdesk_outbox_messages", text, "status")
    for status in LedgerStatus:
        messages.add_metric([status.value], ledger.get(status.value, 0))
    yield messages
    late = "How long the oldest message that may go has been waiting; 0: there is none."
    yield _one("frontdesk_outbox_oldest_due_age_seconds", late, _age(oldest_due, now))


def _senders(limiters: Limiters) -> Iterator[Metric]:
    executing = _by("frontdesk_sender_executing", "Messages under way, by number of ours.", "number")
    queued = _by("frontdesk_sender_queued", "Messages that are due, up to 10000.", "number")
    waiting = _by("frontdesk_sender_waiting", "Messages for a later time or a person, up to 10000.", "number")
    slower = _by("frontdesk_sender_slow_factor", "How many times slower it goes since the last 429.", "number")
    done = CounterMetricFamily("frontdesk_sender_done", "Messages that had their turn.", labels=["number"])
    throttled = CounterMetricFamily("frontdesk_sender_throttled", "Answers 429 of the carrier.", labels=["number"])
    for one in limiters.items:
        executing.add_metric([one.number], one.executing)
        queued.add_metric([one.number], one.queued)
        waiting.add_metric([one.number], one.waiting)
        slower.add_metric([one.number], one.slow_factor)
        done.add_metric([one.number], one.done)
        throttled.add_metric([one.number], one.throttled)
    yield from (executing, queued, waiting, slower, done, throttled)


def _stopped(found: Found) -> Iterator[Metric]:
    shut = _by("frontdesk_circuit_open", "1 while nothing, or one try, goes through the account.", "account")
    for circuit in found.limiters.circuits:
        shut.add_metric([circuit.account], circuit.state != "closed")
    yield shut
    on = _by("frontdesk_send_switches", "Kill switches that are on, by how they stop.", "mode")
    for mode in Mode:
        on.add_metric([mode.value], sum(row.mode == mode for row in found.switches))
    yield on


def _alerts(found: Found) -> Iterator[Metric]:
    held = _by("frontdesk_alerts_open", "Alerts whose condition holds, by severity.", "severity")
    stuck = _by("frontdesk_stuck_clients", "New clients who stay too long in a step of their set-up.", "severity")
    for family, counts in ((held, found.attention.alerts), (stuck, found.attention.stuck)):
        for severity, count in counts.items():
            family.add_metric([severity], count)
        yield family
    told = _by("frontdesk_alert_messages", "Messages to the operator of the last 24 hours, by state.", "status")
    for status in MessageStatus:
        told.add_metric([status.value], found.alert_messages.get(status.value, 0))
    yield told


def _processes(rows: Sequence[Any], lease_now: datetime) -> Iterator[Metric]:
    alive = _by("frontdesk_processes", "Processes alive, by role.", "role")
    age = _by("frontdesk_heartbeat_age_seconds", "Age of a role's newest heartbeat; forgotten after an hour.", "role")
    for role in _ROLES:
        seen = [row.seen_at for row in rows if role in row.roles]
        alive.add_metric([role], sum(lease_now - at <= DEAD_AFTER for at in seen))
        if seen:
            age.add_metric([role], _age(max(seen), lease_now))
    yield from (alive, age)


def _age(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0


def _one(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=float(value))


def _by(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=labels)
