"""Tables of how long one thing takes: a message to its handler, a claim, the idempotency check."""

from collections.abc import Sequence

from ..claims import BASE, LONGEST, SERIES
from .ratios import Cell
from .table import Table

__all__ = ["claim_ratios", "claims", "idempotency", "latency"]


def latency(cells: Sequence[Cell]) -> Table:
    """From the coming of a message to its handler, by load."""
    rows = [
        [cell["system"], cell["load"], f"{cell['a_second']:,.0f}", f"{cell['messages']:,}"]
        + [f"{cell[key]:,.1f}" for key in ("p50", "p90", "p99", "longest", "answer_p50", "answer_p99")]
        + [f"{cell[key]:,}" for key in ("lost", "doubled", "out_of_order")]
        for cell in sorted(cells, key=lambda cell: cell["load"] != "idle")
    ]
    headings = ["system", "load", "messages/s", "messages", "p50", "p90", "p99", "max", "answered p50", "answered p99"]
    return Table(
        "Latency in milliseconds",
        [*headings, "lost", "doubled", "out of order"],
        rows,
        ["From when a message comes (under load: is due) until its handler begins; answered: until accept returns."],
        left=2,
    )


def claims(cells: Sequence[Cell]) -> Table:
    """Median time of one claim, by backlog and by the state of the tables; × of the same with little waiting."""
    rows, seen = [], []
    for cell in cells:
        if (place := _place(cell)) in seen:
            continue
        seen.append(place)
        own = {other["series"]: other for other in cells if _place(other) == place}
        row = [cell["system"], _words(cell), f"{cell['got']:.0f}"]
        for series in SERIES:
            if (now := own.get(series)) is None:
                row += ["", ""]
            else:
                ratio = _ratio(now, cells)
                over = now["ms"] >= LONGEST * 1000
                row += [f"{'> ' * over}{_short(now['ms'])}", f"{'> ' * over}{_short(ratio)}" if ratio else ""]
        rows.append(row)
    headings = [word for series in SERIES for word in (f"ms, {series}", "×")]
    return Table(
        "Claim cost against backlog",
        ["system", "waiting", "events a claim", *headings],
        rows,
        [f"× is the median beside the same with {BASE:,} waiting, in the same state of the tables."],
        left=2,
    )


def claim_ratios(cells: Sequence[Cell], system: str) -> dict[str, float]:
    """In words what waits and in which state, and the ratio to the same with little waiting."""
    ratios = {}
    for cell in cells:
        if cell["system"] == system and (ratio := _ratio(cell, cells)):
            ratios[f"{_words(cell)}, {cell['series']}"] = ratio
    return ratios


def _ratio(cell: Cell, cells: Sequence[Cell]) -> float | None:
    if cell["waiting"] == BASE and not cell["before"]:
        return None
    same = ("system", "per_lane", "series")
    for base in cells:
        if base["waiting"] == BASE and not base["before"] and all(base[key] == cell[key] for key in same):
            return float(cell["ms"] / base["ms"])
    return None


def _short(number: float) -> str:
    return f"{number:.2f}" if number < 100 else f"{number:,.0f}"


def _place(cell: Cell) -> tuple[object, ...]:
    return tuple(cell[key] for key in ("system", "waiting", "per_lane", "before", "why"))


def _words(cell: Cell) -> str:
    ready = f"{cell['waiting']:,}" + (f", {cell['per_lane']} a lane" if cell["per_lane"] > 1 else "")
    if cell["before"]:
        behind = "a flood of" if cell["why"] == "flood" else cell["why"]
        return f"{ready}, behind {cell['before']:,} {behind}".replace("a flood of", "of one client at its share")
    return ready


def idempotency(cells: Sequence[Cell]) -> Table:
    """The check at the server."""
    rows = [
        [
            f"{cell['what']}, {'one' if cell['batch'] == 1 else cell['batch']} in the statement",
            f"{cell['known_ids']:,}",
            f"{cell['check_p50']:.3f}",
            f"{cell['check_p99']:.3f}",
            f"{cell['check_p50'] / cell['batch'] * 1000:.0f}",
            f"{cell['statement_p50']:.3f}",
        ]
        for cell in cells
    ]
    return Table(
        "The idempotency check at the server, in milliseconds",
        ["request ids", "known before", "check p50", "check p99", "µs an id", "whole statement p50"],
        rows,
        ["By EXPLAIN ANALYZE, its own cost included: the node that writes `processed_webhooks`; the whole statement."],
    )
