"""What decisions must know, read across rooms: only steps see two of them."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from pydantic import ValidationError

from frontdesk.conversations.model import Flow, FlowQuestion
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import SendClass
from frontdesk.errors import Undeliverable
from frontdesk.outbox.rules import Counters, Facts, Limits
from frontdesk.settings import FlowSettings, LimitSettings

__all__ = ["flow_for", "gate_facts", "known_zone", "opted_out"]

Q = load_queries("frontdesk.steps", "facts.sql")
log = structlog.get_logger(__name__)


async def gate_facts(tx: Tx, ids: Sequence[int], defaults: LimitSettings) -> dict[int, tuple[Facts, int | None, str]]:
    """For each ledger row: the gate's facts, the lead's id, the time zone of the lead's day."""
    rows = await tx.all(Q.gate_facts, {"ids": list(ids)})
    return {row.id: (_facts(row, defaults), row.lead_id, known_zone(row.timezone)) for row in rows}


def _facts(row: Any, defaults: LimitSettings) -> Facts:
    return Facts(
        send_class=SendClass(row.send_class),
        created_at=row.created_at,
        opted_out=row.opted_out,
        client_paused=row.client_paused,
        client_unpaid=row.client_unpaid,
        bot_paused=row.bot_paused,
        lead_closed=row.lead_closed,
        limits=_limits(row.limits, defaults),
        counters=Counters(row.last_sms_at, row.sms_count_today, row.sms_count_reset_at),
    )


def _limits(own: Mapping[str, Any], defaults: LimitSettings) -> Limits:
    try:
        merged = LimitSettings(**{**defaults.model_dump(), **own})
    except (ValidationError, TypeError) as error:
        # Written by hand, wrongly: the desk's own limits hold, and nobody else's messages wait for the mending.
        log.error("client_limits_not_valid", limits=dict(own), error=str(error))
        merged = defaults
    return Limits(merged.seconds_between, merged.per_day, merged.replies_per_day, merged.strict)


async def opted_out(tx: Tx, address: str, our_address: str) -> bool:
    """True when the newest consent of this address towards our number is an opt-out."""
    row = await tx.one(Q.opted_out, {"address": address, "our_address": our_address})
    return bool(row and row.opted_out)


def known_zone(name: str) -> str:
    """`name` if it is a time zone, else UTC: a typo in one row stops nobody."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.error("time_zone_not_known", timezone=name)
        return "UTC"
    return name


def flow_for(business: str, own: Mapping[str, Any], defaults: FlowSettings) -> Flow:
    """The flow of one client: the desk's own with the client's settings laid over it.

    Raises Undeliverable where the client's settings do not make a flow: better silent than wrong, and replayed later.
    """
    try:
        merged = FlowSettings(**{**defaults.model_dump(), **own.get("flow", {})})
    except (ValidationError, TypeError) as error:
        raise Undeliverable(
            f"The flow in the settings of {business} is not valid ({error}). Mend it, then replay the event."
        ) from error
    return Flow(
        business=business,
        greeting=merged.greeting,
        questions=tuple(FlowQuestion(q.key, q.text, q.type, q.required) for q in merged.questions),
        closing=merged.closing,
        passed_on=merged.passed_on,
        services=merged.services,
    )
