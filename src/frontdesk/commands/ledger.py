"""`frontdesk outbox list | show | cancel` and `frontdesk leads list`."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, as_rows, print_json, print_lines, print_record, print_table, say
from frontdesk.db.pool import PUBLIC
from frontdesk.errors import SetupError
from frontdesk.leads import store as leads_store
from frontdesk.outbox import store as outbox_store
from frontdesk.outbox.model import LedgerStatus
from frontdesk.settings import Settings
from frontdesk.steps.cancel import cancel

__all__ = ["leads", "outbox"]

outbox = typer.Typer(no_args_is_help=True, help="Messages out: list them, look at one, cancel one.")
leads = typer.Typer(no_args_is_help=True, help="Leads: the people who wrote to a client.")

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, the newest first.")]
LedgerId = Annotated[int, typer.Argument(metavar="ID", help="The number in the first column of the list.")]
OfStatus = Annotated[LedgerStatus | None, typer.Option("--status", case_sensitive=False, help="Only in this state.")]


@outbox.command("list")
def list_outbox(context: typer.Context, status: OfStatus = None, limit: Limit = 50, as_json: AsJson = False) -> None:
    """List the newest messages out, with why one waits or was blocked."""
    rows = asyncio.run(_ledger(quiet_settings(context), status, limit))
    if as_json:
        print_lines(as_rows(rows))
        return
    print_table(
        "Messages out",
        ("Id#", "Put at", "State", "Kind", "From", "To", "Text", "Why", "Stopped repeats#"),
        [
            (
                r.id,
                r.created_at,
                r.status,
                r.reply_type,
                r.from_address,
                r.to_address,
                r.body,
                _why(r),
                r.collision_count,
            )
            for r in rows
        ],
    )


def _why(row: Any) -> str:
    due = f" until {row.available_at.astimezone():%H:%M:%S}" if row.status == "PENDING" and row.reason else ""
    return " ".join(part for part in (f"{row.reason or ''}{due}", row.error or "", row.error_code or "") if part)


async def _ledger(settings: Settings, status: LedgerStatus | None, limit: int) -> Sequence[Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await outbox_store.list_ledger(tx, status=status.value if status else None, limit=limit)


@outbox.command("show")
def show_outbox(context: typer.Context, ledger_id: LedgerId, as_json: AsJson = False) -> None:
    """Show one message out whole."""
    row = asyncio.run(_entry(quiet_settings(context), ledger_id))
    if row is None:
        raise SetupError(f"There is no message {ledger_id} in the outbox: see `frontdesk outbox list`.")
    if as_json:
        print_json(row._asdict())
    else:
        print_record(f"Message {ledger_id}", row._asdict())


async def _entry(settings: Settings, ledger_id: int) -> Any:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await outbox_store.show_ledger(tx, ledger_id)


@outbox.command("cancel")
def cancel_outbox(context: typer.Context, ledger_id: LedgerId) -> None:
    """Cancel a message that waits, or give up an unknown one; its key stays taken, so that nothing sends it again."""
    settings = quiet_settings(context)
    if not asyncio.run(_cancel(settings, ledger_id)):
        row = asyncio.run(_entry(settings, ledger_id))
        if row is None:
            raise SetupError(f"There is no message {ledger_id} in the outbox: see `frontdesk outbox list`.")
        raise SetupError(
            f"Message {ledger_id} is {row.status}, and only one that is PENDING or UNKNOWN can be cancelled."
        )
    say(f"Message {ledger_id} is cancelled; it will not be sent.")


async def _cancel(settings: Settings, ledger_id: int) -> bool:
    async with reading(settings) as desk:
        return await cancel(desk.db, PUBLIC, ledger_id)


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
