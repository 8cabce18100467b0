"""Texts to the operator's phone: from which number, and the ledger's row of one."""

from dataclasses import dataclass
from datetime import datetime

from frontdesk.alerts import sending
from frontdesk.alerts.sending import Claim
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Alert, SendClass, Severity
from frontdesk.outbox import store as outbox
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import prepared
from frontdesk.settings import Settings
from frontdesk.steps.facts import opted_out
from frontdesk.steps.judge import judge_put

__all__ = ["OPTED_OUT_ADMIN", "AdminLine", "admin_line", "opted_out_alert", "put_alert", "put_text", "was_told_lately"]

Q = load_queries("frontdesk.steps", "tell.sql")

OPTED_OUT_ADMIN = "OPTED_OUT_ADMIN"
"""The type of the alert about an operator's phone that sent STOP; its key is the phone."""
_PROVIDER = "twilio"  # of a number that never sent yet


@dataclass(frozen=True, slots=True)
class AdminLine:
    """The number of ours that texts the operator, its provider, their phone, and whether that sent STOP to it."""

    ours: str
    provider: str
    phone: str
    opted_out: bool


async def admin_line(tx: Tx, settings: Settings) -> AdminLine | None:
    """How the operator is texted; None without ADMIN_PHONE, or without a number of ours."""
    if settings.admin_phone is None:
        return None
    ours = settings.twilio_number
    if ours is None:
        row = await tx.one(Q.a_number_of_ours)
        ours = row.number if row else settings.onboarding_number
    if ours is None or ours == settings.admin_phone:
        return None
    known = await tx.one(Q.provider_of, {"number": ours})
    out = await opted_out(tx, settings.admin_phone, ours, None)
    return AdminLine(ours, known.provider if known else _PROVIDER, settings.admin_phone, out)


async def put_alert(tx: Tx, claim: Claim, settings: Settings, now: datetime) -> int | None:
    """Put an alert's text into the ledger, with a link where it still goes as one segment; None: there is no way."""
    line = await admin_line(tx, settings)
    if line is None:
        return None
    body = claim.short
    if settings.public_url and claim.kind == "open":
        base = f"{body} {settings.public_url.rstrip('/')}/a/"
        if prepared(base + "x" * 22).segments == 1:  # the token is 22 characters
            body = base + await sending.add_link(tx, claim.message_id, "sms", now)
    return await put_text(tx, line, body, "alert", f"alert:{claim.message_id}:sms", settings, now)


async def put_text(
    tx: Tx, line: AdminLine, body: str, reply_type: str, key: str, settings: Settings, now: datetime
) -> int | None:
    """Put one text to the operator into the ledger; the key stands for it for ever."""
    text = prepared(body)
    draft = Draft(
        dedupe_key=key,
        conversation_id=None,
        lead_id=None,
        client_id=None,
        provider=line.provider,
        channel="sms",
        from_address=line.ours,
        to_address=line.phone,
        body=text.body,
        segments=text.segments,
        reply_type=reply_type,
        question_key=None,
        send_class=SendClass.ALERT,
        correlation_id=key,
        available_at=now,
        timezone=settings.tz,
    )
    put = await outbox.put(tx, draft, now)
    if put.first:
        await judge_put(tx, put.ledger_id, now=now, settings=settings)
    return put.ledger_id


async def was_told_lately(tx: Tx, since: datetime) -> bool:
    """True where an alert went out by SMS after `since`."""
    return bool((await tx.one(Q.told_lately, {"since": since})).told)


def opted_out_alert(phone: str, ours: str) -> Alert:
    """The operator's phone takes no texts of ours any more."""
    return Alert(
        OPTED_OUT_ADMIN,
        phone,
        Severity.HIGH,
        "Alerts by SMS are cut off",
        f"The phone in ADMIN_PHONE sent STOP to {ours}, and the carrier lets nothing through to it. "
        f"Text START from it to {ours} to hear from the desk again.",
        resource_id=phone,
    )
