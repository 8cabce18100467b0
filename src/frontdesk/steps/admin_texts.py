"""Texts from the operator's phone: orders about alerts, before anything else is made of them.

What is no order, no STOP and no answer to an alert goes on to the other routes: a founder may try the desk as a lead.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog

from frontdesk.alerts import acts
from frontdesk.alerts import store as alerts
from frontdesk.alerts.acts import Silence
from frontdesk.alerts.model import ACK_LASTS, Decision
from frontdesk.alerts.replies import HOW_TO, Command, Order, read_order
from frontdesk.alerts.wording import lasted
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.inbox.model import Event
from frontdesk.message import TextReceived
from frontdesk.outbox.consents import record_consent
from frontdesk.provider import Sender
from frontdesk.readers.keywords import keyword
from frontdesk.registry import Commit
from frontdesk.settings import Settings
from frontdesk.steps.alert_acts import silence_recorded, take_in_hand_recorded
from frontdesk.steps.alert_texts import OPTED_OUT_ADMIN, AdminLine, opted_out_alert, put_text, was_told_lately

__all__ = ["AdminTexts"]

log = structlog.get_logger(__name__)

_ANSWERED_FOR = timedelta(hours=24)  # after an alert, what is not understood is answered with how to say it
_ACTOR = "ADMIN_PHONE"
_LISTED = 8


class AdminTexts:
    """A text route. It stands first, so that no limit, opt-out or model comes before it."""

    def __init__(self, db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._settings = settings

    async def __call__(self, event: Event, text: TextReceived, sender: Sender) -> Commit | None:
        """What is to be written, or None for a text that is no order."""
        if text.from_address != self._settings.admin_phone or text.channel != "sms":
            return None
        line = AdminLine(text.to_address, sender.name, text.from_address, opted_out=False)
        word = keyword(text.body, opted_out=True)
        if word is not None and word.kind in ("stop", "start") and word.how == "keyword":
            return partial(self._consent, event, line, word.kind)
        order = read_order(text.body)
        if order is None:
            async with self._db.transaction(self._bucket) as tx:
                if not await was_told_lately(tx, self._clock.now() - _ANSWERED_FOR):
                    return None
        return partial(self._answer, event, line, order)

    async def _consent(self, event: Event, line: AdminLine, kind: str, tx: Tx) -> None:
        """STOP cuts the alerts off at the carrier, whatever we think of it: the other channels say so."""
        now = self._clock.now()
        await record_consent(
            tx,
            address=line.phone,
            our_address=line.ours,
            client_id=None,
            kind="opt_out" if kind == "stop" else "opt_in",
            source="the operator's text",
            evidence={"event_id": str(event.id)},
            now=now,
        )
        if kind == "start":
            await alerts.resolve_alert(tx, OPTED_OUT_ADMIN, line.phone, now)
            return
        # In this transaction, as it is no trouble of ours: the text itself is the cause, and its retry raises it again.
        await alerts.raise_alert(tx, opted_out_alert(line.phone, line.ours), now)

    async def _answer(self, event: Event, line: AdminLine, order: Order | None, tx: Tx) -> None:
        now = self._clock.now()
        said = await self._carry_out(tx, order, now) if order is not None else f"Not understood. {HOW_TO}"
        await put_text(tx, line, said, "alert_reply", f"alert_reply:{event.request_id}", self._settings, now)
        log.info("operator_answered", order=order and order.command, code=order and order.code)

    async def _carry_out(self, tx: Tx, order: Order, now: datetime) -> str:
        if order.command is Command.LIST:
            return await _listed(tx, now)
        if order.code is None:
            rows = await acts.open_coded(tx, 2)
            if len(rows) != 1:
                return await _listed(tx, now)
            order = Order(order.command, rows[0].code, order.span)
        row = await acts.by_code(tx, order.code or 0)
        if row is None:
            return f"There is no alert {order.code}. LIST shows those that are open."
        if order.command is Command.WHY:
            return await _why(tx, row, order, now)
        if not row.holds:
            return f"Alert {order.code} ({row.title[:60]}) is over already. Nothing changed."
        if order.command is Command.SILENCE and order.span is not None:
            wanted = Silence(row.alert_type, row.alert_key, _ACTOR, "by SMS", now, now + order.span)
            await silence_recorded(tx, wanted, now)
            return f"Silenced for {lasted(order.span)}: {row.title[:60]}. Told again then if still true."
        before = f" (was with {row.acknowledged_by})" if row.ack_until is not None or row.handled else ""
        handled = order.command is Command.HANDLED
        await take_in_hand_recorded(tx, [row.id], actor=_ACTOR, handled=handled, now=now)
        how = "Handled until it changes" if handled else f"Acknowledged for {ACK_LASTS} h"
        return f"{how}: {row.title[:60]}{before}."


async def _listed(tx: Tx, now: datetime) -> str:
    rows = await acts.open_coded(tx, _LISTED)
    if not rows:
        return "No alert is open."
    lines = [f"{r.code} {r.title[:40]} ({lasted(now - r.opened_at)}{', acked' if r.ack_until else ''})" for r in rows]
    return "\n".join([*lines, f"{rows[0].code}A = ack"])


async def _why(tx: Tx, row: object, order: Order, now: datetime) -> str:
    found = await acts.find_alert(tx, row.id)  # type: ignore[attr-defined]
    (last, *_) = await acts.raises_of(tx, found.id, 1) or [None]
    decision = Decision(last.decision).words if last else "never raised"
    over = "" if found.resolved_at is None else " It is over."
    return f"{order.code}: {found.message[:200]} Raised {found.raised_count}x, last: {decision}.{over}"
