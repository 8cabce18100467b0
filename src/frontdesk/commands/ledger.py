"""`frontdesk outbox` with its subcommands to look: list, show; and `frontdesk leads list`, `edit`."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import orjson
import typer

from frontdesk.commands import editing, switches, writing
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, ago, as_rows, print_json, print_lines, print_record, print_table, say
from frontdesk.commands.writing import LedgerId, phone
from frontdesk.errors import SetupError
from frontdesk.leads import store as leads_store
from frontdesk.outbox.gate import FOR_A_PERSON
from frontdesk.outbox.model import LedgerStatus
from frontdesk.settings import Settings
from frontdesk.web import views
from frontdesk.web.standing import short_reason, standing

__all__ = ["leads", "outbox"]

outbox = typer.Typer(no_args_is_help=True, help="Messages out: list, look, send, cancel, settle, stop and go.")
leads = typer.Typer(no_args_is_help=True, help="Leads: the people who wrote to a client.")

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, the newest first.")]
OfStatus = Annotated[LedgerStatus | None, typer.Option("--status", case_sensitive=False, help="Only in this state.")]
OfReason = Annotated[str | None, typer.Option("--reason", help="Only what waits or was blocked so, as quiet_hours.")]
OfPhone = Annotated[str | None, typer.Option("--to", help="Only to this phone.")]
OfClient = Annotated[int | None, typer.Option("--client", min=1, help="Only for this client, by its id.")]
NeedsAPerson = Annotated[bool, typer.Option("--needs-a-person", help="Only those that nothing but your word settles.")]

# What the table of one message leaves out: it is told in words, or means nothing to a person.
_NOT_SHOWN = frozenset(
    {"claim_token", "leased_until", "day_bucket", "priority", "behind_id", "behind_status", "open_until", "reason",
     "next_slot_at", "resent", "counted_at", "counted_before", "slot_at", "receipt_check_at", "receipt_checks"}
)  # fmt: skip


@outbox.command("list")
def list_outbox(
    context: typer.Context,
    status: OfStatus = None,
    reason: OfReason = None,
    to: OfPhone = None,
    client: OfClient = None,
    needs_a_person: NeedsAPerson = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List the newest messages out, with why one waits, was blocked, or failed."""
    wanted = views.Wanted(status and status.value, reason, phone(to) if to else None, client, needs_a_person)
    rows = asyncio.run(_ledger(quiet_settings(context), wanted, limit))
    if as_json:
        print_lines({**row._asdict(), "why": _why(row)} for row in rows)
        return
    print_table(
        "Messages out",
        ("Id#", "Put at", "State", "Kind", "From", "To", "Text", "Why", "Stopped repeats#"),
        [
            (r.id, r.created_at, r.status, r.reply_type, r.from_address, r.to_address, r.body, _told(r),
             r.collision_count)
            for r in rows
        ],
    )  # fmt: skip
    if any(row.needs_a_person for row in rows):
        say("What needs a person: look whether it arrived, then `frontdesk outbox resolve ID --as …`.")


def _why(row: Any) -> str:
    return short_reason(row.status, row.reason, row.error, needs_a_person=row.needs_a_person)


def _told(row: Any) -> str:
    waits = row.status == LedgerStatus.PENDING and row.available_at is not None and row.available_at > row.created_at
    until = f"until {row.available_at.astimezone():%Y-%m-%d %H:%M:%S}" if waits else ""
    code = f"({row.error_code})" if row.error_code else ""
    return " ".join(part for part in (until, _why(row), code) if part)


async def _ledger(settings: Settings, wanted: views.Wanted, limit: int) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await views.outbox(tx, views.NEWEST, limit, wanted)


@outbox.command("show")
def show_outbox(context: typer.Context, ledger_id: LedgerId, as_json: AsJson = False) -> None:
    """Show one message out whole: why it is where it is, and each attempt with what was asked and answered."""
    row, tries, now = asyncio.run(_entry(quiet_settings(context), ledger_id))
    if row is None:
        raise SetupError(f"There is no message {ledger_id} in the outbox: see `frontdesk outbox list`.")
    record = {**row._asdict(), "available_at": None if row.available_at == FOR_A_PERSON else row.available_at}
    why = standing(row, now)
    if as_json:
        print_json({**record, "standing": why, "attempt_log": as_rows(tries)})
        return
    shown = {name: value for name, value in record.items() if name not in _NOT_SHOWN}
    print_record(f"Message {ledger_id}", {"why": why, **shown})
    for one in tries:
        say()
        print_record(f"Attempt {one.number}", _attempt(one))


def _attempt(row: Any) -> Mapping[str, Any]:
    return {
        "began": row.started_at,
        "took": ago(row.ended_at - row.started_at) if row.ended_at else "not ended: under way, or its process died",
        "outcome": row.outcome,
        "error": " ".join(filter(None, (row.error, row.error_code and f"({row.error_code})"))),
        "asked": orjson.dumps(row.request, option=orjson.OPT_INDENT_2).decode() if row.request else None,
        "answered": orjson.dumps(row.response, option=orjson.OPT_INDENT_2).decode() if row.response else None,
    }


async def _entry(settings: Settings, ledger_id: int) -> tuple[Any, Sequence[Any], datetime]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return *await views.message(tx, ledger_id), desk.clock.now()


_OTHERS: dict[str, Callable[..., None]] = {
    "send": writing.send,
    "cancel": writing.cancel,
    "resolve": writing.resolve_message,
    "stop": switches.stop,
    "go": switches.go,
    "switches": switches.list_on,
    "numbers": switches.numbers,
}
for name, command in _OTHERS.items():
    outbox.command(name)(command)


leads.command("edit")(editing.edit)


@leads.command("list")
def list_leads(context: typer.Context, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List the newest leads with what they told."""
    rows = asyncio.run(_leads(quiet_settings(context), limit))
    if as_json:
        print_lines(as_rows(rows))
        return
    print_table(
        "Leads",
        ("Id#", "Since", "Name", "Phone", "Email", "State", "Service", "Texts today#", "Client#"),
        [
            (r.id, r.created_at, " ".join(filter(None, (r.first_name, r.last_name))), r.phone, r.email, r.status,
             r.service_type_enum, r.sms_count_today, r.client_id)
            for r in rows
        ],
    )  # fmt: skip


async def _leads(settings: Settings, limit: int) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await leads_store.list_leads(tx, limit)
