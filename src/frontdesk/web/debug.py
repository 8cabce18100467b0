"""What the debug panel of one conversation shows, read from all rooms."""

from typing import Any

from frontdesk.db.queries import load_queries
from frontdesk.desk import Desk
from frontdesk.effects import SendClass
from frontdesk.errors import NotThere
from frontdesk.message import LaneClass, lane_key
from frontdesk.outbox.gate import FOR_A_PERSON
from frontdesk.sequences import store as sequences
from frontdesk.steps.would_say import would_say
from frontdesk.web import views
from frontdesk.web.debug_shapes import DebugPanel, EnrolmentRow, GateNow, LiveState, ReadingRow, known_fields
from frontdesk.web.shapes import LedgerRow, WebhookEvent

__all__ = ["read_debug"]

Q = load_queries("frontdesk.web", "debug.sql")

_ROWS = 50


async def read_debug(desk: Desk, conversation_id: int) -> DebugPanel:
    """All that the panel shows. Raises NotThere."""
    async with views.reading(desk) as tx:
        row = await views.conversation(tx, conversation_id)
        if row is None:
            raise NotThere(f"There is no conversation {conversation_id}.")
        lane = lane_key(LaneClass.MESSAGE, row.channel, row.our_address, row.other_address)
        asked: dict[str, Any] = {"conversation_id": conversation_id, "limit": _ROWS}
        ledger = await tx.all(Q.ledger_of, {**asked, "for_a_person": FOR_A_PERSON})
        events = await tx.all(Q.events_of, {**asked, "lane": lane})
        readings = await tx.all(Q.readings_of, asked)
        enrolments = await sequences.list_enrolments(tx, lead_id=row.lead_id, limit=_ROWS)
        collisions = (await views.collisions(tx, [conversation_id])).get(conversation_id, 0)
    said = await would_say(desk.db, desk.bucket, desk.clock, desk.settings, conversation_id)
    return DebugPanel(
        conversation_id=str(conversation_id),
        lead_id=row.lead_id,
        at=desk.clock.now(),
        state=LiveState.model_validate(row),
        known_fields=known_fields(row.known_fields),
        readings=[ReadingRow.model_validate(one) for one in readings],
        ledger=[LedgerRow.model_validate(one) for one in ledger],
        collisions=collisions,
        events=[WebhookEvent.model_validate(one) for one in events],
        enrolments=[EnrolmentRow.model_validate(one) for one in enrolments],
        gate=GateNow.of(said[SendClass.REPLY], said[SendClass.UNPROMPTED]),
    )
