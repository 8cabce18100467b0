"""`frontdesk events`: what came in; its commands for what went wrong are in files of their own."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from frontdesk.commands.catch_up import catch_up
from frontdesk.commands.database import reading
from frontdesk.commands.dead import dismiss_letters, list_dead, replay_letters
from frontdesk.commands.generate import generate
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, as_rows, print_json, print_lines, print_record, print_table
from frontdesk.commands.retrying import simulate_webhook_retry
from frontdesk.commands.unstick import EventId, park_event, retry_event
from frontdesk.errors import SetupError
from frontdesk.inbox import archive
from frontdesk.inbox.model import EventStatus
from frontdesk.settings import Settings

__all__ = ["events"]

events = typer.Typer(
    no_args_is_help=True, help="Webhooks in: list, look, replay dead letters, free stuck lanes, make test events."
)
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, the newest first.")]
OfType = Annotated[str | None, typer.Option("--type", help="Only of this webhook type, such as twilio_sms.")]


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


events.command("dead")(list_dead)
events.command("replay")(replay_letters)
events.command("dismiss")(dismiss_letters)
events.command("retry")(retry_event)
events.command("park")(park_event)
events.command("simulate-retry")(simulate_webhook_retry)
events.command("generate")(generate)
events.command("catch-up")(catch_up)
