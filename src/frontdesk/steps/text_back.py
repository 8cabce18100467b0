"""text_back: a call that is over is answered by text, or the reason why not is kept with it.

The lead's row is locked first: of two calls that one person makes at once, the second finds the text of the first.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from frontdesk.calls import store as calls
from frontdesk.calls.callers import takes_no_texts
from frontdesk.calls.model import Call, Direction
from frontdesk.calls.text_back import Facts, NoText, NoTextReason, Policy, decide
from frontdesk.clients.model import Client
from frontdesk.conversations import store as conversations
from frontdesk.conversations.model import Conversation
from frontdesk.conversations.wording import say
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Enroll, Say, SendClass
from frontdesk.hours import is_open, next_opening
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.leads.model import Lead
from frontdesk.message import TextReceived
from frontdesk.setting_channels import TextBackSettings
from frontdesk.settings import Settings
from frontdesk.steps.addressed import SEQUENCE_LASTS, is_phone
from frontdesk.steps.apply import Cause, apply
from frontdesk.steps.facts import flow_for, hours_for, known_zone, sequences_for, text_back_for

__all__ = ["REPLY_TYPE", "TEXTED", "answer_by_text"]

REPLY_TYPE = "text_back"
TEXTED = "texted"
"""What stands with a call whose text was put into the ledger; whether it went is told there."""

_CUSTOMERS = ("booked", "won")
_PROVIDER = "twilio"  # the pool of our numbers is Twilio's

Q = load_queries("frontdesk.steps", "text_back.sql")
log = structlog.get_logger(__name__)


async def answer_by_text(
    tx: Tx, call: Call, client: Client | None, event: Event, *, now: datetime, settings: Settings
) -> None:
    """Decide about a call that is over, once, and put the text into the ledger or keep why there is none."""
    policy = _policy(text_back_for(client.settings if client else {}, settings.text_back))
    lead = await _lock_lead(tx, call, client, event)
    row: Any = await tx.one(
        Q.text_back_facts,
        {
            "client_id": client.id if client else None,
            "caller": call.other_address,
            "lead_id": lead.id if lead else None,
        },
    )
    verdict = decide(_facts(call, client, lead, row, settings, event, now), policy, now)
    if isinstance(verdict, NoText):
        await calls.note_text_back(tx, call.id, verdict.reason.value)
        note = log.warning if verdict.reason is NoTextReason.NO_NUMBER else log.info
        note("call_not_texted_back", call_id=call.id, why=verdict.reason.value)
        return
    assert client is not None  # noqa: S101  (else the verdict is another)
    assert lead is not None  # noqa: S101
    conversation = await _conversation(tx, client, lead, row.our_number, now)
    words = _filled(verdict.words, client, lead, settings, now)
    known = sequences_for(client.settings, settings.sequences)
    cause = Cause(event, conversation, _PROVIDER, known_zone(lead.timezone or client.timezone), now, known)
    # The cause is the call: whichever of its events tells that it was missed, and however often, it says this once.
    one = Say(words, REPLY_TYPE, send_class=SendClass.UNPROMPTED, cause=f"call:{call.provider}:{call.provider_call_id}")
    put = await apply(tx, cause, [one, Enroll("missed_call")], now=now, settings=settings)
    await calls.note_text_back(tx, call.id, TEXTED, put[0] if put else None)
    log.info("call_texted_back", call_id=call.id, ledger_id=put[0] if put else None)


def _policy(given: TextBackSettings) -> Policy:
    return Policy(
        enabled=given.enabled,
        text=given.text,
        text_closed=given.text_closed,
        cooldown=timedelta(minutes=given.cooldown_minutes),
        ignore=given.ignore,
        customers=given.existing_customers == "text",
        voicemail=given.voicemail,
        at_most_ago=timedelta(minutes=given.at_most_minutes_ago),
    )


async def _lock_lead(tx: Tx, call: Call, client: Client | None, event: Event) -> Lead | None:
    """The caller as a lead of the client, its row locked; None where nobody can be texted anyway."""
    if client is None or call.direction != Direction.INBOUND or not is_phone(call.other_address or ""):
        return None
    expiry = event.received_at + SEQUENCE_LASTS
    assert call.other_address is not None  # noqa: S101  (it is a phone)
    return await leads.ensure(
        tx, client_id=client.id, phone=call.other_address, sequence_expires_at=expiry, now=event.received_at
    )


def _facts(
    call: Call, client: Client | None, lead: Lead | None, row: Any, settings: Settings, event: Event, now: datetime
) -> Facts:
    caller = lead.phone if lead is not None else None
    return Facts(
        status=call.status,
        direction=Direction(call.direction) if call.direction else None,
        over_at=call.ended_at or call.heard_at or event.received_at,
        has_client=client is not None,
        caller=caller,
        our_number=row.our_number,
        from_our_own=row.from_our_own,
        landline=caller is not None and takes_no_texts(caller),
        not_textable=lead is not None and lead.not_textable,
        customer=lead is not None and lead.status in _CUSTOMERS,
        texted_back_at=row.texted_back_at,
        is_open=client is None or _is_open(client, settings, now),
    )


def _is_open(client: Client, settings: Settings, now: datetime) -> bool:
    return is_open(hours_for(client.settings, settings.hours), now, ZoneInfo(known_zone(client.timezone)))


def _filled(words: str, client: Client, lead: Lead, settings: Settings, now: datetime) -> str:
    """The words with their fields: when the client opens next is said by its own clock."""
    zone = ZoneInfo(known_zone(client.timezone))
    opens = next_opening(hours_for(client.settings, settings.hours), now, zone)
    local = opens.astimezone(zone) if opens is not None else None
    known = {"opens": f"{local:%A} at {local:%H:%M}" if local else "soon", "first_name": lead.first_name or ""}
    return say(words, flow_for(client.name, client.settings, settings.flow), known)


async def _conversation(tx: Tx, client: Client, lead: Lead, our_number: str, now: datetime) -> Conversation:
    nothing = TextReceived(_PROVIDER, "sms", "", from_address=lead.phone or "", to_address=our_number, body="")
    return await conversations.ensure(tx, client_id=client.id, lead_id=lead.id, text=nothing, now=now)
