"""What replay and dismiss have in common: the count first, the question, the act, and what came of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from frontdesk.commands.chosen import actor, as_groups, print_groups
from frontdesk.commands.database import Reading, reading
from frontdesk.commands.printing import ago, print_json, say, spoken
from frontdesk.db.pool import PUBLIC, Tx
from frontdesk.db.processes import alive
from frontdesk.errors import NotPossible
from frontdesk.inbox import archive, by_hand, dead_letters
from frontdesk.inbox.model import Selection
from frontdesk.settings import Settings
from frontdesk.steps.replay import Done, Order, put_back_due, would_match

__all__ = ["Wanted", "ask_and_act", "put_back"]

_SHOWN = 20  # groups that are shown before the question
_LONG = 1000  # letters from which on a bar shows how far it is


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done, in words that go before `3 dead letters`, with which of them, and how it is to be told."""

    verb: str
    done: str
    selection: Selection
    rate: float | None = None
    dry_run: bool = False
    yes: bool = False
    as_json: bool = False

    @property
    def kind(self) -> str:
        """What is looked for."""
        return "scheduled replay" if self.selection.scheduled else "dead letter"

    @property
    def one_by_one(self) -> bool:
        """True where ids were named: nobody has to be asked then."""
        return self.selection.event_ids is not None


Act = Callable[[Reading, Order], Awaitable[Done]]


def ask_and_act(settings: Settings, wanted: Wanted, act: Act) -> None:
    """Show the count, ask unless that was waived, act, and tell. Raises NotPossible when no named letter fits."""
    groups, left_out = asyncio.run(_count(settings, wanted))
    count = groups[0].letters_in_all if groups else 0
    if wanted.dry_run or not count:
        _tell_what_would_be(wanted, groups, count, left_out)
        return
    if not wanted.as_json:
        for sentence in left_out:
            say(sentence)
    if not wanted.one_by_one:
        _show_and_ask(wanted, groups, count)
    # What died since it was counted was not agreed to.
    agreed = wanted.selection if wanted.one_by_one else _up_to(wanted.selection, groups[0].newest_died_at)
    done, notes = asyncio.run(_act(settings, Order(agreed, actor()), act))
    if wanted.as_json:
        print_json({**asdict(done), "dry_run": False, "done_by": actor()})
        return
    for sentence in (*_told(wanted, done), *notes):
        say(sentence)


def _up_to(selection: Selection, newest: datetime) -> Selection:
    return replace(selection, died_until=newest)


def _show_and_ask(wanted: Wanted, groups: Sequence[Any], count: int) -> None:
    if not wanted.as_json:
        print_groups(f"To {wanted.verb}", groups)
    sentence = f"{wanted.verb.capitalize()} {spoken(count, 'dead letter')}{_pace(wanted.rate, count)}"
    if wanted.yes and not wanted.as_json:
        say(f"{sentence}.")
    elif not wanted.yes and not typer.confirm(f"{sentence}?", err=wanted.as_json):
        say("Nothing was done.")
        raise typer.Exit(1)


async def _count(settings: Settings, wanted: Wanted) -> tuple[Sequence[Any], list[str]]:
    """The groups of what fits, and a sentence for what else was meant and does not."""
    async with reading(settings) as desk:
        groups = await would_match(desk.db, PUBLIC, wanted.selection, limit=_SHOWN)
        ids = wanted.selection.event_ids or ()
        if not ids:
            return groups, await _scheduled_already(desk, wanted)
        async with desk.db.transaction() as tx:
            fit = {row.event_id for row in await dead_letters.list_letters(tx, wanted.selection, limit=len(ids))}
            left_out = [await _why_not(tx, event_id, wanted) for event_id in ids if event_id not in fit]
    if not fit:
        raise NotPossible("\n".join(left_out))
    return groups, left_out


async def _scheduled_already(desk: Reading, wanted: Wanted) -> list[str]:
    if wanted.selection.scheduled is not False:
        return []
    others = await would_match(desk.db, PUBLIC, replace(wanted.selection, scheduled=True), limit=1)
    if not others:
        return []
    more = spoken(others[0].letters_in_all, "dead letter")
    return [f"Not counted: {more} that go back on a schedule, see `frontdesk events dead --scheduled`."]


async def _why_not(tx: Tx, event_id: int, wanted: Wanted) -> str:
    event = await archive.show_event(tx, event_id)
    if event is None:
        return f"There is no event {event_id}: see `frontdesk events list`."
    for letter in await dead_letters.list_letters(tx, Selection(event_ids=(event_id,)), limit=1):
        if letter.replay_at is None:
            return f"Event {event_id} is not scheduled: there is nothing to cancel."
        return (
            f"Event {event_id} is scheduled to go back at {letter.replay_at.astimezone():%Y-%m-%d %H:%M:%S}: "
            f"cancel that first with `frontdesk events replay {event_id} --cancel`."
        )
    if event.status == "dead":
        return f"Event {event_id} is a dead letter that was dismissed: the runbook tells how to open it again."
    return f"Event {event_id} is {event.status}, and only a dead letter can be {wanted.done}."


async def _act(settings: Settings, order: Order, act: Act) -> tuple[Done, list[str]]:
    """What was done, and what may keep it from having its effect soon."""
    async with reading(settings) as desk:
        done = await act(desk, order)
        living = {role for row in await alive(desk.db, PUBLIC, desk.clock.now()) for role in row.roles}
        async with desk.db.transaction() as tx:
            held = await by_hand.held_lanes(tx)
    notes = []
    if done.scheduled and "scheduler" not in living:
        notes.append(
            "No scheduler is alive, and they wait until one runs: start `frontdesk up` or `frontdesk scheduler`."
        )
    if done.replayed and "worker" not in living:
        notes.append("No worker is alive, and they wait until one runs: start `frontdesk up` or `frontdesk worker`.")
    if (done.replayed or done.scheduled) and held:
        notes.append(
            f"{spoken(held, 'lane is', 'lanes are')} held for a person, and what goes back there waits too: "
            "`frontdesk events list --status held`, then `events retry`."
        )
    return done, notes


async def put_back(desk: Reading, count: int) -> None:
    """Put back what was marked to go at once, `count` letters, with a bar when that takes a while."""
    console = Console(stderr=True)
    columns = (TextColumn("Putting back"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    hidden = count < _LONG or not console.is_terminal
    with Progress(*columns, console=console, disable=hidden) as progress:
        bar = progress.add_task("", total=count)
        while moved := await put_back_due(desk.db, PUBLIC, desk.clock, desk.clock, paced=False):
            progress.advance(bar, moved)
        progress.update(bar, completed=count)


def _tell_what_would_be(wanted: Wanted, groups: Sequence[Any], count: int, left_out: Sequence[str]) -> None:
    if wanted.as_json:
        groups_too = {"groups": as_groups(groups)} if wanted.dry_run else {}
        print_json({**asdict(Done(count)), "dry_run": wanted.dry_run, "done_by": actor(), **groups_too})
        return
    for sentence in left_out:
        say(sentence)
    if not count:
        say(f"There is no such {wanted.kind}: nothing to {wanted.verb.split()[0]}.")
        return
    print_groups(f"To {wanted.verb}", groups)
    say(f"Would {wanted.verb} {spoken(count, 'dead letter')}{_pace(wanted.rate, count)}; nothing was changed.")


def _pace(rate: float | None, count: int) -> str:
    if rate is None:
        return ""
    return f", {rate:g} a second, which takes {ago(timedelta(seconds=max(0, count - 1) / rate))}"


def _told(wanted: Wanted, done: Done) -> list[str]:
    if done.replayed:
        return [f"Put {spoken(done.replayed, 'event')} back; a running worker takes such up within seconds."]
    if done.last_replay_at is not None:
        last = f"{done.last_replay_at.astimezone():%Y-%m-%d %H:%M:%S}"
        return [
            f"Scheduled {spoken(done.scheduled, 'event')}, {wanted.rate:g} a second: the last goes back at {last}.",
            "See what is still to go: `frontdesk events dead --scheduled`.",
            "Stop it: `frontdesk events replay --all --cancel`.",
        ]
    if done.cancelled:
        return [f"Cancelled {spoken(done.cancelled, 'scheduled replay')}; what was not back yet stays a dead letter."]
    if done.dismissed:
        return [f"Dismissed {spoken(done.dismissed, 'dead letter')}."]
    return ["Somebody was faster: none of them is left."]
