"""The targets, and whether they were met."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ..accept_drain import IN_FLIGHT
from ..claims import BASE, SERIES
from ..latency import LOADS
from ..systems import BY_HAND, US
from .ratios import Cell, beside, rates_of, versus_peers
from .table import Table
from .times import claim_ratios

__all__ = ["CLAIM", "Target", "behind", "table", "targets"]

TIMES_THE_BEST = 5.0
OF_BY_HAND = 0.7
CLAIM = 1.5
IDLE_P50, IDLE_P99 = 20.0, 100.0
CHECK = 1.0

Results = Mapping[str, Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Target:
    """What is wanted, what was found, and whether that is enough."""

    what: str
    wanted: str
    found: str
    met: bool


def targets(results: Results) -> list[Target]:
    """All targets that the results say something of."""
    return [target for kind in (_rates, _claims, _latency, _check, _right) for target in kind(results)]


def table(results: Results) -> Table:
    """The same as a table."""
    rows = [[t.what, t.wanted, t.found, "met" if t.met else "missed"] for t in targets(results)]
    return Table("Targets", ["", "target", "found", ""], rows, left=4)


def behind(results: Results) -> Iterator[str]:
    """Where another system is ahead, beyond the targets."""
    for in_flight in IN_FLIGHT:
        rates = rates_of(results.get("accept_drain", ()), "accept", in_flight)
        if rates.get(BY_HAND, 0) > rates.get(US, 0) > 0:
            faster = f"{rates[BY_HAND]:,.0f} a second against {rates[US]:,.0f}"
            yield f"With {in_flight} in flight hand-written SQL, which keeps less, accepts faster: {faster}."
    for load in LOADS:
        waits = {cell["system"]: cell["p50"] for cell in results.get("latency", ()) if cell["load"] == load}
        if US in waits and (best := min(waits, key=lambda name: waits[name])) != US:
            sooner = f"p50 {waits[best]:.1f} ms against {waits[US]:.1f} ms"
            yield f"Latency, {load}: {best} is the quickest to its handler, {sooner}."


def _rates(results: Results) -> Iterator[Target]:
    cells = results.get("accept_drain", ())
    for part, in_flight in (("accept", IN_FLIGHT[0]), ("accept", IN_FLIGHT[1]), ("drain", IN_FLIGHT[0])):
        if ratios := versus_peers(cells, part, in_flight):
            what = f"{part}, {in_flight} in flight" if part == "accept" else f"{part}, ordered by conversation"
            found = f"{median(ratios):.1f} × ({min(ratios):.1f} to {max(ratios):.1f} over the rounds)"
            yield Target(what, f"≥ {TIMES_THE_BEST:g} × the best peer", found, median(ratios) >= TIMES_THE_BEST)
    if shares := beside(cells, "drain", IN_FLIGHT[0], lambda name: name == BY_HAND):
        found = f"{median(shares):.0%} ({min(shares):.0%} to {max(shares):.0%})"
        wanted = f"≥ {OF_BY_HAND:.0%} of hand-written SQL, unordered"
        yield Target("drain, ordered by conversation", wanted, found, median(shares) >= OF_BY_HAND)


def _claims(results: Results) -> Iterator[Target]:
    found = claim_ratios(results.get("claims", ()), US)
    for series in SERIES:
        own = {words: ratio for words, ratio in found.items() if words.endswith(f", {series}")}
        if own:
            worst = max(own, key=lambda words: own[words])
            at = worst.removesuffix(f", {series}")
            wanted = f"≤ {CLAIM:g} × that with {BASE:,} waiting"
            yield Target(
                f"cost of a claim, {series}", wanted, f"at worst {own[worst]:.2f} × ({at})", own[worst] <= CLAIM
            )


def _latency(results: Results) -> Iterator[Target]:
    for cell in results.get("latency", ()):
        if cell["system"] == US and cell["load"] == "idle":
            for key, limit in (("p50", IDLE_P50), ("p99", IDLE_P99)):
                found = f"{cell[key]:.1f} ms"
                yield Target(f"message to handler, idle, {key}", f"< {limit:g} ms", found, cell[key] < limit)


def _check(results: Results) -> Iterator[Target]:
    if singly := [cell["check_p50"] for cell in results.get("idempotency", ()) if cell["batch"] == 1]:
        found = f"{max(singly):.2f} ms"
        yield Target("idempotency check at the server, p50", f"< {CHECK:g} ms", found, max(singly) < CHECK)


def _right(results: Results) -> Iterator[Target]:
    kinds = ("lost", "doubled", "out_of_order")
    ours = [c for cells in results.values() for c in cells if c.get("system", US) == US and "lost" in c]
    if ours:
        wrong = {kind: max(cell[kind] for cell in ours) for kind in kinds}
        found = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in wrong.items())
        yield Target("Frontdesk in all of it", "none lost, doubled or out of order", found, not any(wrong.values()))
