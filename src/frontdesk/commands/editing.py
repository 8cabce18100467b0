"""`frontdesk leads edit`: a person corrects what is known of a lead."""

import asyncio
from typing import Annotated, Any

import typer

from frontdesk.commands.chosen import actor
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, print_record
from frontdesk.db.pool import PUBLIC
from frontdesk.settings import Settings
from frontdesk.steps.edit_lead import edit_lead

__all__ = ["edit"]

LeadId = Annotated[int, typer.Argument(metavar="ID", min=1, help="As the list shows it.")]
Text = str | None


def edit(
    context: typer.Context,
    lead_id: LeadId,
    first_name: Annotated[Text, typer.Option("--first-name", help="The first name.")] = None,
    last_name: Annotated[Text, typer.Option("--last-name", help="The last name.")] = None,
    email: Annotated[Text, typer.Option("--email", help="The e-mail address.")] = None,
    service: Annotated[Text, typer.Option("--service", help="The service, by code, label or any words.")] = None,
    as_json: AsJson = False,
) -> None:
    """Correct what is known of a lead: your word stands, whatever is read from their texts later."""
    said = {"first_name": first_name, "last_name": last_name, "email": email, "service": service}
    given = {name: value for name, value in said.items() if value is not None}
    lead = asyncio.run(_edit(quiet_settings(context), lead_id, given))
    if as_json:
        print_json({**lead._asdict(), "done_by": actor()})
    else:
        print_record(f"Lead {lead_id}", lead._asdict())


async def _edit(settings: Settings, lead_id: int, given: dict[str, str]) -> Any:
    async with reading(settings) as desk:
        return await edit_lead(desk.db, PUBLIC, desk.clock, lead_id, given, actor=actor())
