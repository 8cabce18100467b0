"""docs/benchmarks.md, written whole from the results."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..accept_drain import IN_FLIGHT
from . import plots, rates, times
from .targets import Target, behind, table, targets

__all__ = ["tables_of", "write"]

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "benchmarks.md"
ACCEPT_DRAIN, CLAIMS = "benchmarks-accept-drain.svg", "benchmarks-claims.svg"

TABLES = {
    "accept_drain": [rates.accept_drain, rates.cpu],
    "latency": [times.latency],
    "claims": [times.claims],
    "workers": [rates.workers],
    "idempotency": [times.idempotency],
    "where": [rates.where],
}

TOP = """# Benchmarks

<!-- Written by `python3 bench/run.py --all --write` from bench/results/; changes by hand are lost. -->

How fast the inbox accepts and handles messages, beside other queues on PostgreSQL and beside SQL written by hand: same
server, same work, in turns. How each system is set up, and what was tried, stands in `bench/README.md`."""

INTROS = {
    "accept_drain": f"""## Accept and drain

![Bars: messages accepted and handled a second by each system]({ACCEPT_DRAIN})

*Accept* is to know a message again or to store it, durably, one delivery a call, {IN_FLIGHT[0]} or {IN_FLIGHT[1]}
under way at once. In Frontdesk those that arrive together share a commit, so that each costs less the more arrive; the
others commit each by itself, as their calls do. *Drain* is one worker process that handles the backlog left by the
first of these, a row written by a handler for each message.""",
    "latency": """## Latency

One process accepts, another handles. Idle: a message about every 50 ms. Under load: half of what the system accepts
and handles a second when it does both (at most 2,000).""",
    "claims": f"""## Claim cost against backlog

![Lines: how much dearer one claim gets as more events wait]({CLAIMS})

One claim by each system's own call, with its commit. Frontdesk takes 16 lanes with the first ten events of each and
their payloads; hand-written SQL and pgqueuer take 16 rows, procrastinate takes one job: compare each with itself. (dbos
has no such call.) *Vacuumed*: after `VACUUM ANALYZE`. *Churned*: after 10,000 more came and as many were handled, with
autovacuum off. *Churned under a snapshot*: the same again while a transaction with an old snapshot is open, as a
backup's is, so that no dead row can be removed or even passed over. In brackets: milliseconds with 10,000 vacuumed.""",
    "workers": "## Several workers",
    "idempotency": "## The idempotency check",
    "where": "## Where the time goes",
}
CPU = "### What it costs in CPU"

LIMITS = """Rates move by a third from run to run and by machine: compare only within one run. What else bounds them:

- One machine for clients and server: CPU that a client saves, PostgreSQL gets. Over a network, round trips weigh more.
- A handler here writes one row. Real ones read, decide and write several; then the queue's own share is smaller, and so
  is every ratio.
- HTTP, signatures and parsing are left out of accept, for all.
- A drain begins with its whole backlog there. That suits whatever works in batches, Frontdesk included: it settles up
  to ten events of a lane together.
- Slow systems take fewer messages, which flatters them: they slow down as their backlog grows.
- Hand-written SQL has no order, no leases, no retries and no archive. It is the ceiling, not a peer.
- pgqueuer and procrastinate know a message again only while its job waits (pgqueuer: or runs), Frontdesk within the
  provider's window of redelivery, dbos for good. Frontdesk stores the raw body and the headers too."""


def tables_of(measure: str, cells: list[dict[str, Any]]) -> Iterator[Any]:
    """The tables of one measure's results."""
    for make in TABLES[measure]:
        yield make(cells)


def write(kept: Mapping[str, Mapping[str, Any]]) -> list[Path]:
    """Write the page and its plots from all results there are; returns what was written."""
    results = {name: one["cells"] for name, one in kept.items()}
    written = [PAGE]
    for name, plot, place in (("accept_drain", plots.accept_drain, ACCEPT_DRAIN), ("claims", plots.claims, CLAIMS)):
        if name in results:
            plot(results[name], DOCS / place)
            written.append(DOCS / place)
    PAGE.write_text("\n\n".join(_parts(kept, results)) + "\n", encoding="utf-8")
    return written


def _parts(kept: Mapping[str, Mapping[str, Any]], results: Mapping[str, list[dict[str, Any]]]) -> Iterator[str]:
    yield TOP
    yield _machine(kept)
    yield "## Targets"
    yield table(results).markdown()
    yield _falls_short(targets(results), list(behind(results)))
    for name in TABLES:
        if name in results:
            first, *others = tables_of(name, results[name])
            yield INTROS[name]
            yield first.markdown()
            for other in others:
                yield CPU
                yield other.markdown()
    yield "## How to read it"
    yield LIMITS


def _machine(kept: Mapping[str, Mapping[str, Any]]) -> str:
    newest = max(kept.values(), key=lambda one: one["taken"])
    minutes = sum(one["seconds"] for one in kept.values()) / 60
    lines = [f"Measured on {newest['taken'][:10]} by `{newest['command']}`, in {minutes:.0f} minutes, on", ""]
    lines += [f"- {name}: {value}" for name, value in newest["machine"].items()]
    older = {name: one["taken"][:10] for name, one in kept.items() if one["command"] != newest["command"]}
    if older:
        told = ", ".join(f"{name} ({taken})" for name, taken in older.items())
        lines += ["", f"Of other runs: {told}."]
    return "\n".join(lines)


def _falls_short(found: list[Target], others: list[str]) -> str:
    missed = [f"{target.what}: {target.found}; wanted {target.wanted}." for target in found if not target.met]
    if not missed + others:
        return "Nothing falls short."
    return "\n".join(["**What falls short:**", "", *(f"- {line}" for line in missed + others)])
