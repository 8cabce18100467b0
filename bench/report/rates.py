"""Tables of what is done in a second: accept and drain, several workers, and where the CPU goes."""

from collections.abc import Iterator, Sequence
from statistics import median

from ..accept_drain import IN_FLIGHT
from ..systems import SYSTEMS
from ..work import CONVERSATIONS
from .ratios import Cell, beside, rates_of
from .table import Table

__all__ = ["accept_drain", "cpu", "where", "workers"]

FEW, MANY = IN_FLIGHT
PARTS = (("accept", FEW), ("accept", MANY), ("drain", FEW))
NAMES = (f"accept/s, {FEW} in flight", f"accept/s, {MANY} in flight", "drain/s")
WRONG = ("lost", "doubled", "out_of_order")
WRONG_NAMES = ("lost", "doubled", "out of order")


def accept_drain(cells: Sequence[Cell]) -> Table:
    """Rates of every system, and what went wrong."""
    times = _rounds(len({cell["round"] for cell in cells}))
    return Table(
        f"Accept and drain: {CONVERSATIONS:,} conversations, every tenth message delivered twice, median of {times}",
        ["system", "messages", *(word for name in NAMES for word in (name, "×")), *WRONG_NAMES],
        [list(_line(name, cells)) for name in SYSTEMS if any(cell["system"] == name for cell in cells)],
        ["× is Frontdesk's rate over this system's, in each round, then the median. * was stopped by the clock."],
    )


def _line(name: str, cells: Sequence[Cell]) -> Iterator[str]:
    own = [cell for cell in cells if cell["system"] == name]
    yield name
    yield f"{max(cell['messages'] for cell in own):,}{'' if all(cell['whole'] for cell in own) else '*'}"
    for part, in_flight in PARTS:
        yield f"{rates_of(own, part, in_flight).get(name, 0):,.0f}"
        ratios = beside(cells, part, in_flight, lambda other: other == name)
        yield f"{median(ratios):.1f}" if ratios else ""
    yield from _wrong(own)


def cpu(cells: Sequence[Cell]) -> Table:
    """CPU a message: the client's and PostgreSQL's, and how much of the machine that is at this rate."""
    rows = []
    for name in SYSTEMS:
        row = [name]
        for part, in_flight in PARTS:
            found = [c[part] for c in cells if c["system"] == name and c["in_flight"] == in_flight and c[part]]
            if found:
                client, server = (median(one[key] for one in found) for key in ("client_cpu", "server_cpu"))
                busy = median(one["rate"] * (one["client_cpu"] + one["server_cpu"]) / 1e6 for one in found)
                row += [f"{client:.0f} + {server:.0f}", f"{busy:.1f}"]
        if len(row) > 1:
            rows.append(row)
    names = [word for name in NAMES for word in (name.replace("/s", ""), "cores")]
    note = "Microseconds of the client + of PostgreSQL a message; cores: how many both together kept busy."
    return Table("CPU a message", ["system", *names], rows, [note])


def workers(cells: Sequence[Cell]) -> Table:
    """Several worker processes on one backlog, and what they fill."""
    rows = []
    one = 0.0
    for size in sorted({cell["processes"] for cell in cells}):
        own = [cell for cell in cells if cell["processes"] == size]
        keys = ("drain", "workers_cpu", "server_cpu", "machine")
        rate, ours, theirs, everybody = (median(cell[key] for cell in own) for key in keys)
        one = one or rate
        figures = (f"{size}", f"{rate:,.0f}", f"{rate / one:.2f}", f"{ours:.2f}", f"{theirs:.2f}", f"{everybody:.2f}")
        rows.append([*figures, _full(own[0], ours, theirs, everybody), *_wrong(own)])
    headings = ["worker processes", "drain/s", "× of one", "cores: workers", "PostgreSQL", "all", "full is"]
    times = sum(cell["processes"] == cells[0]["processes"] for cell in cells)
    note = f"{cells[0]['messages']:,} messages of {CONVERSATIONS:,} conversations, median of {_rounds(times)}."
    return Table("Frontdesk with several workers", [*headings, *WRONG_NAMES], rows, [note])


def _full(cell: Cell, workers_cpu: float, server_cpu: float, everybody: float) -> str:
    """What keeps the rate from growing, told from the cores that were busy."""
    if workers_cpu + server_cpu >= 0.85 * cell["cores"]:
        return f"the machine: {cell['cores']} cores"
    if workers_cpu >= 0.85 * cell["processes"]:
        return "each worker's core"
    if everybody >= 0.85 * cell["cores"]:
        return "the machine, others on it"
    return "nothing: they wait"


def where(cells: Sequence[Cell]) -> Table:
    """PostgreSQL's CPU and the client's by package, in microseconds a message."""
    shares = {name for cell in cells for name in cell["packages"]}
    spent = {name: [c["packages"].get(name, 0.0) * c["client_cpu"] for c in cells] for name in shares}
    rows = [["PostgreSQL", *(f"{cell['server_cpu']:.0f}" for cell in cells)]]
    for name in sorted(spent, key=lambda name: -sum(spent[name])):
        if max(spent[name]) >= 0.5:
            rows.append([f"client: {name}", *(f"{one:.0f}" for one in spent[name])])
    headings = ["microseconds of CPU a message", *(f"{c['part']} ({c['rate']:,.0f}/s)" for c in cells)]
    note = f"Frontdesk, {FEW} in flight. The client's CPU is shared out by a second run under cProfile."
    return Table("Where Frontdesk's CPU goes", headings, rows, [note])


def _wrong(cells: Sequence[Cell]) -> list[str]:
    return [f"{max(cell[kind] for cell in cells):,}" for kind in WRONG]


def _rounds(number: int) -> str:
    return f"{number} round{'s' * (number > 1)}"
