"""`frontdesk outbox send | cancel | resolve`: what a person says to a lead, and about a message."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import typer

from frontdesk.commands.chosen import actor
from frontdesk.commands.database import Reading, reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_table, say, spoken
from frontdesk.db.pool import PUBLIC
from frontdesk.db.processes import alive
from frontdesk.outbox.gate import FOR_A_PERSON, Block, Send, Verdict, Wait
from frontdesk.outbox.model import LedgerStatus
from frontdesk.settings import Settings
from frontdesk.steps.addressed import To, e164
from frontdesk.steps.send_by_hand import Preview, Words, preview, send_by_hand
from frontdesk.steps.settle_by_hand import Word, cancel_by_hand, resolve
from frontdesk.web import views
from frontdesk.web.standing import standing, verdict_words

__all__ = ["LedgerId", "cancel", "phone", "resolve_message", "send"]

LedgerId = Annotated[int, typer.Argument(metavar="ID", min=1, help="The number in the first column of the list.")]


def phone(text: str) -> str:
    """A phone number as it is stored. Raises BadParameter."""
    try:
        return e164(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from error


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{text[:40]!r} is no time: write 2026-11-23T09:00, in this machine's zone."
        ) from error


def send(
    context: typer.Context,
    body: Annotated[str, typer.Option("--body", help="The text.")],
    to: Annotated[str | None, typer.Option("--to", help="The phone, with its country code.")] = None,
    conversation: Annotated[int | None, typer.Option("--conversation", min=1, help="In place of --to.")] = None,
    from_number: Annotated[str | None, typer.Option("--from", help="Our number, where there is a choice.")] = None,
    client: Annotated[int | None, typer.Option("--client", min=1, help="Whose lead it is, by the client's id.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="Not before then, such as 2026-11-23T09:00.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Your name for it: no key sends twice.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send a text by hand, or schedule it; shows first what would go, what it costs, and what the gate says."""
    if (to is None) == (conversation is None):
        raise typer.BadParameter("Say to whom in one way: --to or --conversation.")
    if conversation is not None and (from_number or client):
        raise typer.BadParameter("--conversation takes no --from and no --client: it has both.")
    whom = To(conversation, phone(to) if to else None, phone(from_number) if from_number else None, client)
    words = Words(whom, body, _moment(at) if at else None)
    settings = quiet_settings(context)
    if not yes:
        _show_and_ask(asyncio.run(_preview(settings, words)), words, as_json=as_json)
    row, first, note = asyncio.run(_send(settings, words, key or uuid4().hex))
    if as_json:
        print_json({**row, "first": first, "done_by": actor()})
    else:
        say(_told(row, first=first))
        if note:
            say(note)
    if row["status"] == LedgerStatus.BLOCKED:
        raise typer.Exit(1)


def _show_and_ask(shown: Preview, words: Words, *, as_json: bool) -> None:
    if not as_json:
        text = shown.text
        size = f"{spoken(text.segments, 'segment')} ({text.count.encoding}, {text.count.units} units)"
        when = f"{words.send_at.astimezone():%Y-%m-%d %H:%M}" if words.send_at else "now"
        rows = (
            ("text", text.body),
            ("from", shown.from_number),
            ("to", shown.to_address),
            ("when", when),
            ("takes", f"{size}, about {shown.cost} {shown.currency}"),
            ("gate", _gate(shown.verdict)),
        )
        print_table("To send", ("Field", "Value"), rows)
    question = "Put it in the ledger all the same?" if isinstance(shown.verdict, Block) else "Send it?"
    if not typer.confirm(question, err=as_json):
        say("Nothing was sent.")
        raise typer.Exit(1)


def _gate(verdict: Verdict | None) -> str:
    match verdict:
        case Block(reason):
            return f"would be blocked: {reason.words}"
        case Wait(until, reason):
            until_when = "" if until == FOR_A_PERSON else f" until {until.astimezone():%Y-%m-%d %H:%M:%S}"
            return f"would wait{until_when}: {reason.words}"
        case Send():
            return verdict_words(verdict)[2]
    return ""


async def _preview(settings: Settings, words: Words) -> Preview:
    async with reading(settings) as desk:
        return await preview(desk.db, PUBLIC, desk.clock, settings, words)


async def _send(settings: Settings, words: Words, key: str) -> tuple[dict[str, Any], bool, str]:
    async with reading(settings) as desk:
        said = await send_by_hand(desk.db, PUBLIC, desk.clock, settings, words, actor=actor(), key=key)
        row = await _message(desk, said.ledger_id)
        living = {role for process in await alive(desk.db, PUBLIC, desk.clock.now()) for role in process.roles}
    waits = row["status"] == LedgerStatus.PENDING and "worker" not in living
    note = "No worker is alive, and it waits until one runs: start `frontdesk up` or `frontdesk worker`."
    return row, said.first, note if waits else ""


async def _message(desk: Reading, ledger_id: int) -> dict[str, Any]:
    async with desk.db.transaction() as tx:
        row, _ = await views.message(tx, ledger_id)
    at = None if row.available_at == FOR_A_PERSON else row.available_at
    return {**row._asdict(), "available_at": at, "standing": standing(row, desk.clock.now())}


def _told(row: dict[str, Any], *, first: bool) -> str:
    number, at = row["id"], row["available_at"]
    if not first:
        return f"Message {number} stood in the ledger under this key already: nothing was sent again."
    if row["status"] == LedgerStatus.BLOCKED:
        return f"Message {number} was blocked: {row['standing']}."
    if row["status"] == LedgerStatus.PENDING and at is not None and at > row["created_at"]:
        return (
            f"Message {number} goes at {at.astimezone():%Y-%m-%d %H:%M:%S}; "
            f"until then `frontdesk outbox cancel {number}` stops it."
        )
    return f"Message {number} is in the outbox: {row['standing']}. See `frontdesk outbox show {number}`."


def cancel(context: typer.Context, ledger_id: LedgerId) -> None:
    """Cancel a message that waits, or give up an unknown one; its key stays taken, so that nothing sends it again."""
    asyncio.run(_cancel(quiet_settings(context), ledger_id))
    say(f"Message {ledger_id} is cancelled; it will not be sent.")


async def _cancel(settings: Settings, ledger_id: int) -> None:
    async with reading(settings) as desk:
        await cancel_by_hand(desk.db, PUBLIC, desk.clock, ledger_id, actor=actor())


def resolve_message(
    context: typer.Context,
    ledger_id: LedgerId,
    word: Annotated[Word, typer.Option("--as", help="What became of it; send_again: once more, now.")],
    carrier_id: Annotated[
        str | None, typer.Option("--carrier-id", help="With --as sent: the carrier's id of it, if you know it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what became of a message of which nobody knows whether it was sent, or have it sent once more."""
    row = asyncio.run(_resolve(quiet_settings(context), ledger_id, word, carrier_id))
    if as_json:
        print_json({**row, "done_by": actor()})
        return
    told = {
        Word.SENT: "counts as sent now.",
        Word.NOT_SENT: "counts as not sent now, and will not be.",
        Word.SEND_AGAIN: f"goes once more: {row['standing']}.",
    }
    say(f"Message {ledger_id} {told[word]}")


async def _resolve(settings: Settings, ledger_id: int, word: Word, carrier_id: str | None) -> dict[str, Any]:
    async with reading(settings) as desk:
        await resolve(desk.db, PUBLIC, desk.clock, ledger_id, word, actor=actor(), provider_message_id=carrier_id)
        return await _message(desk, ledger_id)
