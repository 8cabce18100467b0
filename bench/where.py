"""Where Frontdesk's CPU goes while it accepts or drains: PostgreSQL's part and the client's, and that by package."""

import argparse
import cProfile
import pstats
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
import uvloop

from .accept_drain import IN_FLIGHT, Part, accept_all, drain_all
from .server import Server, embedded, in_fresh_process, scratch_database
from .systems import US, opened
from .work import TABLE, deliveries

__all__ = ["PARTS", "Spent", "both", "spend"]

PARTS = ("accept", "drain")
LIMIT = 120.0  # seconds; it never takes so long
LOOP = "uvloop"
RUNNING = "run_until_complete"  # what it has beside what it calls is waiting, and the event loop's own work


@dataclass(frozen=True, slots=True)
class Spent:
    """One part, measured plainly; and the client's CPU by package and by function, in shares of it, from a second run
    under cProfile, which makes small functions look dearer than they are."""

    part: str
    in_flight: int
    rate: float
    client_cpu: float
    server_cpu: float
    packages: dict[str, float]
    functions: dict[str, float]


def both(server: Server, messages: int, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Accept and drain."""
    spent = []
    for part in PARTS:
        say(f"where the CPU goes: {part}")
        spent.append(asdict(spend(server, part, messages)))
    return spent


def spend(server: Server, part: str, messages: int, in_flight: int = IN_FLIGHT[0]) -> Spent:
    """Run the part twice, each time in a fresh process and a fresh database."""
    with scratch_database(server) as dsn:
        plain, _, _ = in_fresh_process(run, dsn, server.pid, part, messages, in_flight, False)
    with scratch_database(server) as dsn:
        _, packages, functions = in_fresh_process(run, dsn, server.pid, part, messages, in_flight, True)
    return Spent(part, in_flight, plain.rate, plain.client_cpu, plain.server_cpu, packages, functions)


def run(
    dsn: str, server: int, part: str, messages: int, in_flight: int, profiled: bool
) -> tuple[Part, dict[str, float], dict[str, float]]:
    """One run of the part, under the profiler or not."""
    profiler = cProfile.Profile(time.process_time) if profiled else None
    done = uvloop.run(_run(dsn, server, part, messages, in_flight, profiler))
    if profiler is None:
        return done, {}, {}
    return done, *_shares(profiler, done.client_cpu * done.done / 1e6)


async def _run(
    dsn: str, server: int, part: str, messages: int, in_flight: int, profiler: cProfile.Profile | None
) -> Part:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as watch:
        await watch.execute(TABLE)
        system = await opened(US, dsn, in_flight)
        coming = deliveries(messages)
        with profiler if profiler and part == PARTS[0] else nullcontext():
            done, accepted = await accept_all(system, server, coming, LIMIT, in_flight)
        if part == PARTS[1]:
            await watch.execute("VACUUM ANALYZE")
            with profiler or nullcontext():
                done = await drain_all(system, watch, server, len(accepted), LIMIT)
        await system.close()
    return done


def _shares(profiler: cProfile.Profile, cpu: float) -> tuple[dict[str, float], dict[str, float]]:
    packages: defaultdict[str, float] = defaultdict(float)
    functions: defaultdict[str, float] = defaultdict(float)
    for (file, line, name), (_, _, own, _, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        if RUNNING not in name:
            package = _package(file, name)
            packages[package] += own
            functions[name if file == "~" else f"{package}: {Path(file).name}:{line} {name}"] += own
    packages[LOOP] += max(0.0, cpu - sum(packages.values()))
    return _of(packages, sum(packages.values())), _of(functions, sum(packages.values()))


def _of(spent: Mapping[str, float], total: float) -> dict[str, float]:
    """The dearest as shares of the whole."""
    dearest = sorted(spent, key=lambda name: -spent[name])[:25]
    return {name: spent[name] / total for name in dearest}


def _package(file: str, name: str) -> str:
    if "/bench/" in file or "psutil" in file:
        return "the measurement itself"
    if "uvloop" in file + name:
        return LOOP
    if "psycopg" in file + name:
        return "psycopg"
    if "/frontdesk/" in file:
        return "frontdesk"
    if found := re.search(r"site-packages/(\w+)", file):
        return found[1]
    if "asyncio" in file + name:
        return "asyncio"
    return "Python's built-in functions" if file == "~" else "the standard library"


def main() -> None:
    """Print one part; see `profile.py`."""
    parser = argparse.ArgumentParser(prog="bench/profile.py", description="Print where Frontdesk's CPU goes.")
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--in-flight", type=int, default=IN_FLIGHT[0], help="deliveries under way at once")
    parser.add_argument("--functions", type=int, default=20, help="how many functions to print")
    options = parser.parse_args()
    with embedded() as server:
        spent = spend(server, options.part, options.messages, options.in_flight)
    whole = spent.client_cpu + spent.server_cpu
    print(f"{spent.part}: {spent.rate:,.0f} a second, {whole:.0f} µs of CPU a message:")
    print(f"{spent.server_cpu / whole:6.0%}  PostgreSQL ({spent.server_cpu:.0f} µs)")
    print(f"{spent.client_cpu / whole:6.0%}  the client ({spent.client_cpu:.0f} µs), of which:")
    for name, share in spent.packages.items():
        print(f"{share:14.1%}  {name}")
    print("Its functions, by the time in each itself:")
    for name, share in list(spent.functions.items())[: options.functions]:
        print(f"{share:14.1%}  {name}")


if __name__ == "__main__":
    main()
