"""`frontdesk events list | show | retry | replay`: what came in, and what to do with what went wrong."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from frontdesk.commands.database import reading
from frontdesk.commands.generate import generate
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import (
    AsJson,
    as_rows,
    print_json,
    print_lines,
    print_record,
    print_table,
    say,
    spoken,
)
from frontdesk.db.queries import load_queries
from frontdesk.errors import SetupError
from frontdesk.inbox import archive, dead_letters
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import EventStatus
from frontdesk.settings import Settings

__all__ = ["events"]

Q = load_queries("frontdesk.commands", "views.sql")

events = typer.Typer(
    no_args_is_help=True, help="Webhooks in: list, look, retry, replay dead letters, make test events."
)
events.command("generate")(generate)

_AT_ONCE = 100  # dead letters that one transaction puts back

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, the newest first.")]
EventId = Annotated[int, typer.Argument(metavar="ID", help="The number in the first column of the list.")]
OfType = Annotated[str | None, typer.Option("--type", help="Only of this webhook type, such as twilio_sms.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]


@events.command("list")
def list_events(
    context: typer.Context,
    status: Annotated[EventStatus | None, typer.Option("--status", help="Only in this state.")] = None,
    webhook_type: OfType = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest events with their states and how often each was redelivered."""
    rows = asyncio.run(_events(quiet_settings(context), status, webhook_type, limit))
    if as_json:
        print_lines(as_rows(rows))
        return
    print_table(
        "Events",
        ("Id#", "Received", "Type", "State", "Tries#", "Again#", "Lane", "Last error"),
        [(r.id, r.received_at, r.webhook_type, r.status, r.attempts, r.duplicates, r.lane, r.last_error) for r in rows],
    )


async def _events(
    settings: Settings, status: EventStatus | None, webhook_type: str | None, limit: int
) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await archive.list_events(
            tx, status=status.value if status else None, webhook_type=webhook_type, limit=limit
        )


@events.command("show")
def show_event(context: typer.Context, event_id: EventId, as_json: AsJson = False) -> None:
    """Show one event whole: payload, headers, raw body, and what went wrong with it."""
    row = asyncio.run(_event(quiet_settings(context), event_id))
    if as_json:
        print_json(row._asdict())
    else:
        print_record(f"Event {event_id}", row._asdict())


async def _event(settings: Settings, event_id: int) -> Any:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await _found(tx, event_id)


async def _found(tx: Any, event_id: int) -> Any:
    row = await archive.show_event(tx, event_id)
    if row is None:
        raise SetupError(f"There is no event {event_id}: see `frontdesk events list`.")
    return row


@events.command("retry")
def retry_event(context: typer.Context, event_id: EventId) -> None:
    """End the back-off of an event's lane, so that it is tried again at once."""
    asyncio.run(_retry(quiet_settings(context), event_id))
    say(f"The lane of event {event_id} is ready again; a running worker takes it up within seconds.")


async def _retry(settings: Settings, event_id: int) -> None:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        row = await _found(tx, event_id)
        if row.status == "dead" and row.replayed_at is None:
            raise SetupError(f"Event {event_id} is a dead letter: use `frontdesk events replay {event_id}`.")
        if row.status == "done":
            raise SetupError(
                f"Event {event_id} was handled at {row.processed_at:%Y-%m-%d %H:%M:%S} UTC: nothing to retry."
            )
        if not await inbox.wake_lane(tx, row.lane, lease_now=desk.clock.now()):
            raise SetupError(f"A worker has the lane of event {event_id} in hand right now: look again in a moment.")
        await tx.run(Q.ring_inbox)


@events.command("replay")
def replay_events(
    context: typer.Context,
    event_id: Annotated[int | None, typer.Argument(metavar="ID", help="One dead letter, by its event's id.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All dead letters.")] = False,
    fingerprint: Annotated[str | None, typer.Option(help="All that died of this; see `frontdesk status`.")] = None,
    yes: Yes = False,
) -> None:
    """Put dead letters back into their lanes, at their old places; nobody is texted twice by it."""
    if sum((event_id is not None, every, fingerprint is not None)) != 1:
        raise typer.BadParameter("Say which: one ID, or --fingerprint, or --all.")
    settings = quiet_settings(context)
    if event_id is not None:
        asyncio.run(_replay_one(settings, event_id))
        say(f"Event {event_id} is back in its lane; a running worker takes it up within seconds.")
        return
    ids = asyncio.run(_dead(settings, fingerprint))
    if not ids:
        say("There is no such dead letter: nothing to replay.")
        return
    if not yes and not typer.confirm(f"Replay {spoken(len(ids), 'dead letter')}?"):
        raise typer.Exit(1)
    count = asyncio.run(_replay(settings, ids))
    say(f"Put {spoken(count, 'event')} back; a running worker takes such up within seconds.")


async def _replay_one(settings: Settings, event_id: int) -> None:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        row = await _found(tx, event_id)
        now = desk.clock.now()
        if not await dead_letters.replay(tx, event_id, now=now, lease_now=now):
            raise SetupError(f"Event {event_id} is {row.status}, and only a dead letter can be replayed.")


async def _dead(settings: Settings, fingerprint: str | None) -> list[int]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return [row.event_id for row in await tx.all(Q.dead_ids, {"fingerprint": fingerprint})]


async def _replay(settings: Settings, ids: Sequence[int]) -> int:
    count = 0
    async with reading(settings) as desk:
        for start in range(0, len(ids), _AT_ONCE):
            async with desk.db.transaction() as tx:
                now = desk.clock.now()
                for event_id in ids[start : start + _AT_ONCE]:
                    count += await dead_letters.replay(tx, event_id, now=now, lease_now=now)
    return count
