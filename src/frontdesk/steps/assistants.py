"""Which assistant answers a call, what it is told of the caller, and whom a call is put through to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from frontdesk.clients.model import Client
from frontdesk.db.pool import Tx
from frontdesk.hours import DAYS, OpeningHours, Span
from frontdesk.leads import store as leads
from frontdesk.leads.model import Lead
from frontdesk.settings import Settings
from frontdesk.steps.callers import phone_of
from frontdesk.steps.facts import hours_for, known_zone

__all__ = ["assistant_for", "assistant_unasked", "hours_in_words", "transfer_for"]

_NOBODY = "Sorry, we cannot take your call right now. Please try again later."
_NOT_PUT_THROUGH = "I can't put you through right now. Somebody will call you back."

_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def assistant_for(
    tx: Tx, settings: Settings, client: Client | None, caller: str | None, now: datetime
) -> dict[str, Any]:
    """The client's assistant, told of the business and the caller; an error that is spoken where none is set."""
    if client is None:
        return {"error": _NOBODY}
    lead = await leads.get(tx, client_id=client.id, phone=caller) if caller is not None else None
    own = client.settings.get("vapi")
    assistant = (own.get("assistant_id") if isinstance(own, Mapping) else None) or settings.vapi_assistant_id
    if not isinstance(assistant, str) or not assistant:
        return {"error": _NOBODY}
    hours = hours_for(client.settings, settings.hours)
    return _with(assistant, _variables(client, lead, hours, now))


def assistant_unasked(settings: Settings) -> dict[str, Any]:
    """What can be answered without the database."""
    if not settings.vapi_assistant_id:
        return {"error": _NOBODY}
    told = {"business": settings.business, "caller_first_name": "", "caller_known": "no", "opening_hours": ""}
    return _with(settings.vapi_assistant_id, {**told, "today": "", "timezone": settings.tz})


def transfer_for(client: Client | None, our_number: str) -> dict[str, Any]:
    """The client's number for people, or an error that is spoken."""
    number = phone_of(str(client.settings.get("hand_over_number") or ""), our_number) if client is not None else None
    if number is None:
        return {"error": _NOT_PUT_THROUGH}
    return {"destination": {"type": "number", "number": number}}


def _with(assistant: str, variables: Mapping[str, str]) -> dict[str, Any]:
    return {"assistantId": assistant, "assistantOverrides": {"variableValues": dict(variables)}}


def _variables(client: Client, lead: Lead | None, hours: OpeningHours, now: datetime) -> dict[str, str]:
    """All of them always, as texts: a variable that is missing would be read out by its name."""
    zone = known_zone(client.timezone)
    local = now.astimezone(ZoneInfo(zone))
    return {
        "business": client.name,
        "caller_first_name": (lead.first_name if lead is not None else None) or "",
        "caller_known": "yes" if lead is not None else "no",
        "opening_hours": hours_in_words(hours),
        "today": f"{_DAY_NAMES[local.weekday()]}, {local:%Y-%m-%d}",
        "timezone": zone,
    }


def hours_in_words(hours: OpeningHours) -> str:
    """Opening hours such as "Monday to Friday 08:00 to 18:00, Saturday 09:00 to 12:00"; days alike go together."""
    said = []
    at = 0
    while at < len(DAYS):
        end = at
        while end + 1 < len(DAYS) and hours.week[end + 1] == hours.week[at]:
            end += 1
        if hours.week[at]:
            days = _DAY_NAMES[at] if end == at else f"{_DAY_NAMES[at]} to {_DAY_NAMES[end]}"
            said.append(f"{days} {' and '.join(_span_in_words(span) for span in hours.week[at])}")
        at = end + 1
    return ", ".join(said) or "closed"


def _span_in_words(span: Span) -> str:
    return f"{span.start:%H:%M} to {f'{span.until:%H:%M}' if span.until else 'midnight'}"
