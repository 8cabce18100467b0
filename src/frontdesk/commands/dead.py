"""`frontdesk events dead | replay | dismiss`: dead letters, looked at, put back, or closed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import typer

from frontdesk.commands.chosen import (
    All,
    Client,
    Fingerprint,
    Ids,
    OfType,
    Since,
    Until,
    as_groups,
    narrowed,
    print_groups,
    print_letters,
    selection,
)
from frontdesk.commands.database import Reading, reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, as_rows, print_lines, say, spoken
from frontdesk.commands.replaying import Wanted, ask_and_act, put_back
from frontdesk.db.pool import PUBLIC
from frontdesk.inbox import dead_letters
from frontdesk.inbox.model import Selection
from frontdesk.settings import Settings
from frontdesk.steps.replay import Done, Order, cancel_replay, dismiss, replay

__all__ = ["dismiss_letters", "list_dead", "replay_letters"]

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many groups, or letters of a group.")]


def list_dead(
    context: typer.Context,
    fingerprint: Fingerprint = None,
    webhook_type: OfType = None,
    since: Since = None,
    until: Until = None,
    client: Client = None,
    scheduled: Annotated[bool, typer.Option("--scheduled", help="Letter by letter, those that go back later.")] = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List dead letters by what they died of; those of one group with --fingerprint."""
    asked = replace(narrowed(fingerprint, webhook_type, since, until, client), scheduled=scheduled or None)
    one_by_one = fingerprint is not None or scheduled
    rows = asyncio.run(_look(quiet_settings(context), asked, limit, one_by_one=one_by_one))
    if as_json:
        print_lines(as_rows(rows) if one_by_one else as_groups(rows))
    elif one_by_one:
        print_letters("Dead letters", rows)
    else:
        print_groups("Dead letters", rows)
        if rows:
            _say_what_to_do(rows)


async def _look(settings: Settings, asked: Selection, limit: int, *, one_by_one: bool) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        if one_by_one:
            return await dead_letters.list_letters(tx, asked, limit=limit)
        return await dead_letters.groups(tx, asked, limit=limit)


def _say_what_to_do(rows: Sequence[Any]) -> None:
    more = rows[0].groups_in_all - len(rows)
    if more > 0:
        say(f"… and {spoken(more, 'group')} more: --limit shows them.")
    say(f"{spoken(rows[0].letters_in_all, 'dead letter')} in {spoken(rows[0].groups_in_all, 'group')}.")
    group, event = rows[0].fingerprint, rows[0].sample_event_id
    say(f"Look at one: `frontdesk events show {event}`; at its group: `frontdesk events dead --fingerprint {group}`.")
    say(f"The cause is mended: `frontdesk events replay --fingerprint {group}` (--dry-run only counts).")
    say(f"Nothing is to be done: `frontdesk events dismiss --fingerprint {group}`.")


def replay_letters(
    context: typer.Context,
    ids: Ids = None,
    fingerprint: Fingerprint = None,
    webhook_type: OfType = None,
    since: Since = None,
    until: Until = None,
    client: Client = None,
    every: All = False,
    dry_run: DryRun = False,
    rate: Annotated[
        float | None,
        typer.Option(min=0.001, max=1000, help="So many a second, by the scheduler, in place of all at once."),
    ] = None,
    cancel: Annotated[
        bool, typer.Option("--cancel", help="Stop the replay of what is scheduled and not back yet.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Put dead letters back into their lanes, at their old places; nobody is texted twice by it."""
    if cancel and rate is not None:
        raise typer.BadParameter("--cancel takes no --rate.")
    asked = selection(ids, fingerprint, webhook_type, since, until, client, every)
    verb, done = ("cancel the replay of", "cancelled") if cancel else ("replay", "replayed")

    async def act(desk: Reading, order: Order) -> Done:
        if cancel:
            return await cancel_replay(desk.db, PUBLIC, desk.clock, order)
        marked = await replay(desk.db, PUBLIC, desk.clock, order, rate=rate)
        if marked.replayed:
            await put_back(desk, marked.replayed)
        return marked

    wanted = Wanted(verb, done, replace(asked, scheduled=cancel), rate, dry_run=dry_run, yes=yes, as_json=as_json)
    ask_and_act(quiet_settings(context), wanted, act)


def dismiss_letters(
    context: typer.Context,
    ids: Ids = None,
    fingerprint: Fingerprint = None,
    webhook_type: OfType = None,
    since: Since = None,
    until: Until = None,
    client: Client = None,
    every: All = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Close dead letters about which nothing is to be done; their events stay in the archive."""
    asked = selection(ids, fingerprint, webhook_type, since, until, client, every)

    async def act(desk: Reading, order: Order) -> Done:
        return await dismiss(desk.db, PUBLIC, desk.clock, order)

    wanted = Wanted("dismiss", "dismissed", asked, dry_run=dry_run, yes=yes, as_json=as_json)
    ask_and_act(quiet_settings(context), wanted, act)
