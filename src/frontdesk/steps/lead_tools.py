"""The tools about the lead: know them, hand them over to a person, send them a text."""

from typing import Annotated

import structlog
from pydantic import Field

from frontdesk.conversations import store as conversations
from frontdesk.conversations.model import Conversation
from frontdesk.db.pool import Tx
from frontdesk.effects import SendClass
from frontdesk.errors import CannotDo, NotPossible
from frontdesk.leads import store as leads
from frontdesk.outbox import store as outbox
from frontdesk.outbox.gate import Block, Wait
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import prepared
from frontdesk.steps.addressed import Addressed, To, addressed
from frontdesk.steps.callers import Email, Name, Phone, Service, Who, lead_of
from frontdesk.steps.judge import judge_put
from frontdesk.steps.notices import Notice, tell_client
from frontdesk.tools import ToolCall

__all__ = ["find_or_create_lead", "hand_over", "send_text"]

log = structlog.get_logger(__name__)

_LONGEST = 1600

_Reason = Annotated[str, Field(description="why they want a person, in a few words")]
_Text = Annotated[str, Field(description="what the text says")]


async def find_or_create_lead(
    call: ToolCall, tx: Tx, name: Name = "", phone: Phone = "", email: Email = "", service: Service = ""
) -> str:
    """Look the caller up, or note a new one, and keep what they told: name, e-mail address, what they need."""
    lead = await lead_of(tx, call, Who(phone=phone, email=email, name=name, service=service))
    if call.caller is None:  # who it really is, nobody knows: what others told is not told to them
        return "Noted."
    if lead.phone is not None:  # as it stands now, with what was just filled in
        lead = await leads.get(tx, client_id=call.client.id, phone=lead.phone) or lead
    known = {
        "first name": lead.first_name,
        "last name": lead.last_name,
        "e-mail": lead.email,
        "service": lead.service_type_enum,
    }
    told = "; ".join(f"{what}: {value}" for what, value in known.items() if value)
    return f"Noted. {told}." if told else "Noted. Their name is not known yet."


async def hand_over(call: ToolCall, tx: Tx, reason: _Reason = "", phone: Phone = "", name: Name = "") -> str:
    """Pass the caller on to a person: the bot is silent towards them from now on, and the business is told by text."""
    lead = await lead_of(tx, call, Who(phone=phone, name=name))
    await conversations.pause_all_of(tx, lead.id, "voice", call.now)
    log.info("handed_over_by_voice", client_id=call.client.id, lead_id=lead.id)
    about = f" ({reason.strip()[:200]})" if reason.strip() else ""
    notice = Notice(
        client_id=call.client.id,
        body=f"{call.client.name}: {lead.phone or lead.email} asks for a person{about}.",
        reply_type="hand_over",
        cause=call.request_id,
        correlation_id=call.correlation_id,
        timezone=call.timezone.key,
        due_at=call.now,
        lead_phone=lead.phone,
    )
    await tell_client(tx, notice, now=call.now, settings=call.settings)
    return "A person will call back."


async def send_text(call: ToolCall, tx: Tx, text: _Text, phone: Phone = "") -> str:
    """Send the caller a text, such as an address or a link that they asked for."""
    lead = await lead_of(tx, call, Who(phone=phone))
    if lead.phone is None:
        raise CannotDo("A text needs a phone number. Please ask for one.")
    if len(text) > _LONGEST:
        raise CannotDo(f"The text is longer than {_LONGEST} characters. Please make it shorter.")
    whom = await _addressed(tx, call, lead.phone)
    sender = (whom.provider, whom.from_number)
    draft = _draft(call, "voice_text", SendClass.REPLY, *sender, lead.phone, text, whom.timezone, whom.conversation)
    put = await outbox.put(tx, draft, call.now)
    conversations.add_outbound(
        tx, whom.conversation.id, whom.conversation.lead_id, body=draft.body, outbound_id=put.ledger_id, now=call.now
    )
    match await judge_put(tx, put.ledger_id, now=call.now, settings=call.settings):
        case Block(reason=reason):
            return f"The text cannot be sent: {reason.words}."
        case Wait():
            return "The text will follow in a while."
    return "The text is on its way."


async def _addressed(tx: Tx, call: ToolCall, phone: str) -> Addressed:
    try:
        return await addressed(tx, To(phone=phone, client_id=call.client.id), call.now)
    except NotPossible as error:
        log.warning("voice_text_without_a_number", client_id=call.client.id, why=str(error))
        raise CannotDo("Texts cannot be sent from here just now.") from error


def _draft(
    call: ToolCall,
    reply_type: str,
    send_class: SendClass,
    provider: str,
    from_address: str,
    to_address: str,
    body: str,
    timezone: str,
    conversation: Conversation | None = None,
) -> Draft:
    """The cause is the tool call: however often it is delivered, its text is one row of the ledger."""
    scope = f"conversation:{conversation.id}" if conversation is not None else f"client:{call.client.id}"
    text = prepared(body)
    return Draft(
        dedupe_key=dedupe_key(scope, reply_type, None, 0, call.request_id),
        conversation_id=conversation.id if conversation is not None else None,
        lead_id=conversation.lead_id if conversation is not None else None,
        client_id=call.client.id,
        provider=provider,
        channel="sms",
        from_address=from_address,
        to_address=to_address,
        body=text.body,
        segments=text.segments,
        reply_type=reply_type,
        question_key=None,
        send_class=send_class,
        correlation_id=call.correlation_id,
        available_at=call.now,
        timezone=timezone,
    )
