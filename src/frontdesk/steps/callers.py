"""Whose call it is: the client that was called, the lead who calls, in any of the ways in which both are told."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from pydantic import Field

from frontdesk.clients import store as clients
from frontdesk.clients.model import Client
from frontdesk.db.pool import Tx
from frontdesk.errors import CannotDo
from frontdesk.leads import store as leads
from frontdesk.leads.model import Lead
from frontdesk.tools import ToolCall

__all__ = ["Email", "Name", "Phone", "Service", "Who", "client_called", "lead_of", "phone_of"]

_SEQUENCE_LASTS = timedelta(days=30)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")

# What tools ask about the caller, each in the same words.
Name = Annotated[str, Field(description="the caller's name")]
Phone = Annotated[str, Field(description="a number to call back; needed where the caller hides theirs")]
Email = Annotated[str, Field(description="the caller's e-mail address")]
Service = Annotated[str, Field(description="what the caller needs")]


@dataclass(frozen=True, slots=True)
class Who:
    """What a tool was told of the lead. `phone` counts only where the caller's own number is hidden."""

    phone: str | None = None
    email: str | None = None
    name: str | None = None
    service: str | None = None


async def client_called(tx: Tx, our_number: str) -> Client | None:
    """The client whose number was called, else the desk's only one."""
    served = await clients.served_on(tx, [our_number]) if our_number else {}
    client_id = served.get(our_number) or await clients.only(tx)
    return await clients.get(tx, client_id) if client_id is not None else None


def phone_of(said: str, our_number: str) -> str | None:
    """A number as people say it, in E.164; without a country code it is one of the country of `our_number`."""
    try:
        near = phonenumbers.region_code_for_number(phonenumbers.parse(our_number)) if our_number else None
        number = phonenumbers.parse(said, near)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


async def lead_of(tx: Tx, call: ToolCall, who: Who | None = None) -> Lead:
    """The lead that a tool acts for, made if new, with what was told filled in; its row is locked.

    The number that calls goes before one that is told: nobody acts for another by telling that one's number. Raises
    CannotDo with what to ask for.
    """
    who = who or Who()
    phone = _phone(call, who)
    email = _email(who)
    known = {"sequence_expires_at": call.now + _SEQUENCE_LASTS, "now": call.now}
    if phone is not None:
        lead = await leads.ensure(tx, client_id=call.client.id, phone=phone, **known)
    elif email is not None:
        await clients.lock(tx, call.client.id)  # as no constraint keeps an address single
        lead = await leads.ensure_person(tx, client_id=call.client.id, phone=None, email=email, **known)
    else:
        raise CannotDo("The caller's number is hidden. Please ask for a phone number or an e-mail address.")
    told = {"name": who.name, "email": email, "service": who.service}
    await leads.fill(tx, lead.id, {key: value.strip() for key, value in told.items() if value and value.strip()})
    return lead


def _phone(call: ToolCall, who: Who) -> str | None:
    if call.caller is not None or not who.phone:
        return call.caller
    phone = phone_of(who.phone, call.our_number)
    if phone is None:
        raise CannotDo("That is no phone number. Please ask for it again, with the area code.")
    return phone


def _email(who: Who) -> str | None:
    if not who.email:
        return None
    email = who.email.strip()
    if not _EMAIL.fullmatch(email) or len(email) > 254:
        raise CannotDo("That is no e-mail address. Please ask for it again.")
    return email
