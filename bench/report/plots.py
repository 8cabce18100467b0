"""The two plots, as SVG that is the same for the same results, and readable on a light and on a dark page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl

from ..accept_drain import IN_FLIGHT
from ..claims import SERIES
from ..systems import BY_HAND, SYSTEMS, US
from .ratios import Cell, rates_of, versus_peers
from .targets import CLAIM

mpl.use("svg")

from matplotlib import pyplot as plt

__all__ = ["accept_drain", "claims"]

INK = "#7a7f87"  # as far from white as from the dark of a dark page
LINES = "#7a7f8755"
OURS, CEILING, PEER = "#2f81f7", "#7a7f8766", "#c2813b"
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "frontdesk",  # the ids in the file, which are random without it
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": LINES,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": LINES,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
}
COLOURS = ("#2f81f7", "#7cb3ff", "#7a7f87", "#c2813b", "#2e9e6b", "#a06bd6")
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100)
MARKERS = ("o", "o", "s", "D", "^", "v")


def accept_drain(cells: Sequence[Cell], path: Path) -> None:
    """Bars of each system's rates; Frontdesk's tell how many times the best peer's they are."""
    parts = (("accept", IN_FLIGHT[0]), ("accept", IN_FLIGHT[1]), ("drain", IN_FLIGHT[0]))
    with _figure(path, len(parts), (13, 3.6), sharey=True) as panels:
        for panel, (part, in_flight) in zip(panels, parts, strict=True):
            rates = rates_of(cells, part, in_flight)
            names = [name for name in reversed(SYSTEMS) if name in rates]
            bars = panel.barh(names, [rates[name] for name in names], color=[_colour(name) for name in names])
            ratios = versus_peers(cells, part, in_flight)
            for name, bar in zip(names, bars, strict=True):
                times = f"  = {median(ratios):.1f} × best peer" if name == US and ratios else ""
                panel.annotate(
                    f"{rates[name]:,.0f}{times}",
                    (bar.get_width(), bar.get_y() + bar.get_height() / 2),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    weight="bold" if name == US else "normal",
                    color=OURS if name == US else INK,
                )
            panel.set_title(f"accepted a second, {in_flight} in flight" if part == "accept" else "handled a second")
            panel.set_xlim(0, max(rate * (1.8 if name == US else 1.3) for name, rate in rates.items()))
            panel.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            panel.xaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
            panel.tick_params(axis="y", length=0)
            panel.grid(axis="x", linewidth=0.6)
            panel.set_axisbelow(True)


def claims(cells: Sequence[Cell], path: Path) -> None:
    """Lines of how much dearer a claim gets with the backlog, a panel for each state of the tables."""
    ready = [cell for cell in cells if not cell["before"]]
    lines = list(dict.fromkeys((cell["system"], cell["per_lane"]) for cell in ready))
    sizes = sorted({cell["waiting"] for cell in ready})
    with _figure(path, len(SERIES), (13, 4.2), sharey=True) as panels:
        for panel, series in zip(panels, SERIES, strict=True):
            for place, line in enumerate(lines):
                own = [c for c in ready if (c["system"], c["per_lane"]) == line and c["series"] == series]
                taken = {cell["waiting"]: cell["ms"] for cell in own}
                panel.plot(
                    list(taken),
                    [ms / taken[sizes[0]] for ms in taken.values()],
                    marker=MARKERS[place % len(MARKERS)],
                    color=COLOURS[place % len(COLOURS)],
                    linewidth=2.6 if line[0] == US else 1.4,
                    zorder=3 if line[0] == US else 2,
                    label=f"{_label(*line)} ({taken[sizes[0]]:.1f} ms)",
                )
            panel.axhline(CLAIM, color=INK, linewidth=1, linestyle=":")
            panel.annotate(f"target: {CLAIM:g} ×", (sizes[0], CLAIM), xytext=(0, 4), textcoords="offset points")
            panel.set_title(series)
            panel.set_xscale("log")
            panel.set_yscale("log")
            panel.set_xticks(sizes, [f"{size:,}" for size in sizes])
            panel.set_xlabel("events waiting")
            panel.minorticks_off()
            panel.grid(linewidth=0.6)
        panels[0].set_ylim(min(0.7, panels[0].get_ylim()[0]), max(2.2, panels[0].get_ylim()[1]))
        ticks = [tick for tick in TICKS if tick < panels[0].get_ylim()[1]]
        panels[0].set_yticks(ticks, [f"{tick:g} ×" for tick in ticks])
        panels[0].set_ylabel(f"cost of a claim with {sizes[0]:,} = 1")
        key = {"loc": "lower center", "ncols": 3, "frameon": False, "bbox_to_anchor": (0.5, -0.15)}
        panels[0].figure.legend(*panels[0].get_legend_handles_labels(), **key)


def _label(system: str, per_lane: int) -> str:
    return f"{system}, {per_lane} event{'s' * (per_lane > 1)} a lane" if system == US else system


def _colour(name: str) -> str:
    return OURS if name == US else CEILING if name == BY_HAND else PEER


@contextmanager
def _figure(path: Path, panels: int, size: tuple[float, float], **options: Any) -> Iterator[Sequence[Any]]:
    """Panels side by side, to be drawn in; saved at the end, without background and without a date."""
    with mpl.rc_context(STYLE):
        figure, axes = plt.subplots(1, panels, figsize=size, layout="constrained", **options)
        yield axes
        figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
