"""What the figures are for: Frontdesk beside the others, within a round first, then the median over the rounds."""

from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

from ..systems import SYSTEMS, US

__all__ = ["Cell", "beside", "rate", "rates_of", "versus_peers"]

Cell = dict[str, Any]


def rate(cell: Cell, part: str) -> float | None:
    """A cell's rate of that part, if it had one."""
    return None if cell[part] is None else float(cell[part]["rate"])


def beside(cells: Sequence[Cell], part: str, in_flight: int, others: Callable[[str], bool]) -> list[float]:
    """Per round: Frontdesk's rate over the best of those systems that `others` picks."""
    ratios = []
    for number in sorted({cell["round"] for cell in cells}):
        now = [c for c in cells if c["round"] == number and c["in_flight"] == in_flight and rate(c, part)]
        ours = [rate(cell, part) or 0.0 for cell in now if cell["system"] == US]
        theirs = [rate(cell, part) or 0.0 for cell in now if cell["system"] != US and others(cell["system"])]
        if ours and theirs:
            ratios.append(ours[0] / max(theirs))
    return ratios


def versus_peers(cells: Sequence[Cell], part: str, in_flight: int) -> list[float]:
    """Per round: Frontdesk's rate over that of its best peer."""
    return beside(cells, part, in_flight, lambda name: SYSTEMS[name].peer)


def rates_of(cells: Sequence[Cell], part: str, in_flight: int) -> dict[str, float]:
    """Each system's median rate over the rounds."""
    found: dict[str, list[float]] = {}
    for cell in cells:
        if cell["in_flight"] == in_flight and (one := rate(cell, part)) is not None:
            found.setdefault(cell["system"], []).append(one)
    return {name: median(found[name]) for name in SYSTEMS if name in found}
