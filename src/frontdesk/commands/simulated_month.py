"""A whole simulation: people dealt to desks side by side, each in a process and with a database of its own.

How many desks there are follows from how many people there are, never from the machine, so that the same seed ends in
the same state everywhere; how many of them run at once is how many cores there are.
"""

import gc
import logging
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, wait
from multiprocessing.sharedctypes import SynchronizedArray
from typing import Any

import psycopg
import structlog
import uvloop
from psycopg import sql
from psycopg.conninfo import make_conninfo

from frontdesk.commands.simulated_desk import START, simulate_desk
from frontdesk.commands.simulated_outcome import Outcome, together
from frontdesk.commands.simulated_people import make_people
from frontdesk.settings import Settings

__all__ = ["simulate_days"]

_PEOPLE_A_DESK = 500
_GARBAGE = 50_000  # objects, between two collections
_LOOK_EVERY = 0.2  # seconds between two looks at how far the desks are

_days_passed: "SynchronizedArray[int] | None" = None
"""Of each desk, shared by all processes of a simulation."""


def simulate_days(
    settings: Settings,
    server: str,
    *,
    days: int,
    people: int,
    seed: int,
    people_a_desk: int = _PEOPLE_A_DESK,
    on_day: Callable[[float], None] = lambda passed: None,
) -> Outcome:
    """Let so many virtual days pass; the databases that this makes on `server` stay as they end.

    `on_day` hears how many have passed, on the mean of all desks. Raises what a desk raised.
    """
    desks = -(-people // people_a_desk)
    context = multiprocessing.get_context("spawn")
    passed: SynchronizedArray[int] = context.Array("i", desks)
    at_once = min(desks, os.cpu_count() or 1)
    with ProcessPoolExecutor(at_once, context, initializer=_begin, initargs=(passed,)) as processes:
        running: list[Future[Outcome]] = [
            processes.submit(_simulate, settings, _database(server, nth), (nth, desks), days, people, seed)
            for nth in range(desks)
        ]
        pending = set(running)
        while pending:
            done, pending = wait(pending, timeout=_LOOK_EVERY)
            on_day(sum(passed[:]) / desks)
            if any(one.exception() is not None for one in done):
                processes.shutdown(cancel_futures=True)
                break
        return together([one.result() for one in running])


def _database(server: str, nth: int) -> str:
    name = f"simulated_{nth}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return make_conninfo(server, dbname=name)


def _begin(passed: Any) -> None:
    """Set a process up: what goes wrong is in the outcome, so that it logs errors only."""
    global _days_passed
    _days_passed = passed
    gc.freeze()
    gc.set_threshold(_GARBAGE)  # the process ends soon, and there is memory
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger().setLevel(logging.ERROR)


def _simulate(settings: Settings, dsn: str, desk: tuple[int, int], days: int, people: int, seed: int) -> Outcome:
    """One desk, `desk` being its number and how many there are; whoever is dealt to it lives the same at any other."""
    nth, desks = desk
    own = make_people(people, seed, START, days)[nth::desks]

    def on_day(day: int) -> None:
        if _days_passed is not None:
            _days_passed[nth] = day

    return uvloop.run(simulate_desk(settings, dsn, own, days=days, on_day=on_day))
