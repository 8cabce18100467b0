"""`frontdesk conversations`: list, look, take over, release."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from frontdesk.commands.chosen import actor
from frontdesk.commands.database import reading
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
from frontdesk.db.pool import PUBLIC
from frontdesk.errors import SetupError
from frontdesk.settings import Settings
from frontdesk.steps import taking_over as steps
from frontdesk.web import views

__all__ = ["conversations"]

conversations = typer.Typer(no_args_is_help=True, help="Conversations: list, look, take over, release.")

ConversationId = Annotated[int, typer.Argument(metavar="ID", min=1, help="As the list shows it.")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, written in last first.")]
OnlyHeld = Annotated[bool, typer.Option("--held", help="Only those that a person has.")]
Messages = Annotated[int, typer.Option("--messages", "-n", min=0, max=1000, help="How many messages, the newest.")]


@conversations.command("list")
def list_conversations(
    context: typer.Context, held: OnlyHeld = False, limit: Limit = 50, as_json: AsJson = False
) -> None:
    """List the conversations that were written in last, and which of them a person has."""
    rows = asyncio.run(_list(quiet_settings(context), limit, held))
    if as_json:
        print_lines(as_rows(rows))
        return
    print_table(
        "Conversations",
        ("Id#", "Last", "Who", "Phone", "Client", "Lead is", "Asked last", "A person has it since", "Last text"),
        [
            (r.id, r.last_message_at, _name(r), r.other_address, r.client_name, _state(r), r.last_question_key,
             r.bot_paused_at, r.last_body)
            for r in rows
        ],
    )  # fmt: skip


async def _list(settings: Settings, limit: int, held: bool) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await views.conversations(tx, views.NEWEST, limit, held=held)


@conversations.command("show")
def show_conversation(
    context: typer.Context, conversation_id: ConversationId, messages: Messages = 20, as_json: AsJson = False
) -> None:
    """Show one conversation: where it stands, what is known of the lead, and its newest messages."""
    row, said = asyncio.run(_show(quiet_settings(context), conversation_id, messages))
    if row is None:
        raise SetupError(f"There is no conversation {conversation_id}: see `frontdesk conversations list`.")
    if as_json:
        print_json({**row._asdict(), "messages": as_rows(said)})
        return
    known = {name: value for name, value in row._asdict().items() if name != "known_fields"}
    print_record(f"Conversation {conversation_id}", known)
    if row.known_fields:
        say()
        known_rows = [_known(name, entry) for name, entry in row.known_fields.items()]
        print_table("Known", ("Field", "Value", "By", "Locked", "Event", "At"), known_rows)
    say()
    print_table("Messages", ("At", "", "Text", "State", "Why"), [_message(one) for one in reversed(said)])


def _known(name: str, entry: Any) -> tuple[Any, ...]:
    given = entry if isinstance(entry, dict) else {"value": entry}
    by = given.get("by") or given.get("reader")
    return name, given.get("value"), by, "yes" if given.get("locked") else "", given.get("event_id"), given.get("at")


def _message(row: Any) -> tuple[Any, ...]:
    return row.created_at, "in" if row.direction == "inbound" else "out", row.body, row.status, row.blocked_reason


def _name(row: Any) -> str:
    return " ".join(filter(None, (row.first_name, row.last_name)))


def _state(row: Any) -> str:
    return f"{row.lead_status}, opted out" if row.opted_out else str(row.lead_status)


async def _show(settings: Settings, conversation_id: int, limit: int) -> tuple[Any, Sequence[Any]]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        row = await views.conversation(tx, conversation_id)
        return row, await views.messages(tx, conversation_id, views.NEWEST, limit) if row is not None else []


@conversations.command("take-over")
def take_over(context: typer.Context, conversation_id: ConversationId, as_json: AsJson = False) -> None:
    """Keep the desk silent in all conversations of a lead, because you write yourself; ends the lead's follow-ups."""
    held = asyncio.run(_take_over(quiet_settings(context), conversation_id))
    if as_json:
        print_json(
            {
                "conversation_id": held.conversation_id,
                "bot_paused_at": held.since,
                "bot_paused_why": held.why,
                "conversations": held.conversations,
                "sequences_ended": held.sequences_ended,
                "done_by": actor(),
            }
        )
        return
    ended = f" {spoken(held.sequences_ended, 'follow-up')} ended." if held.sequences_ended else ""
    since = f"{held.since.astimezone():%Y-%m-%d %H:%M:%S}"
    say(
        f"A person has {_all(conversation_id, held.conversations)} since {since}: the desk says nothing to them by "
        f"itself.{ended} To write: `frontdesk outbox send --conversation {conversation_id} --body …`; "
        f"to give it back: `frontdesk conversations release {conversation_id}`."
    )


def _all(conversation_id: int, conversations: int) -> str:
    """A conversation, and how many others of its lead."""
    others = f" (and {spoken(conversations - 1, 'other')} of this lead)" if conversations > 1 else ""
    return f"conversation {conversation_id}{others}"


async def _take_over(settings: Settings, conversation_id: int) -> steps.Held:
    async with reading(settings) as desk:
        return await steps.take_over(desk.db, PUBLIC, desk.clock, conversation_id, actor=actor())


@conversations.command("release")
def release(context: typer.Context, conversation_id: ConversationId, as_json: AsJson = False) -> None:
    """Let the desk answer a lead again: it goes on at its next question once they write."""
    done = asyncio.run(_release(quiet_settings(context), conversation_id))
    if as_json:
        print_json({"conversation_id": conversation_id, "conversations": done.conversations, "done_by": actor()})
        return
    released = _all(conversation_id, done.conversations)
    say(f"Released: {released}. The desk goes on at its next question once they write.")


async def _release(settings: Settings, conversation_id: int) -> steps.Released:
    async with reading(settings) as desk:
        return await steps.release(desk.db, PUBLIC, desk.clock, conversation_id, actor=actor())
