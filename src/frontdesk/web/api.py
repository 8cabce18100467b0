"""The admin API: lists with cursor and limit, one conversation, and what the AI's caretakers ask."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPBearer

from frontdesk.desk import Desk
from frontdesk.inbox.model import EventStatus
from frontdesk.outbox.model import LedgerStatus
from frontdesk.web import views
from frontdesk.web.acts import add_acts
from frontdesk.web.alerts import add_alerts
from frontdesk.web.calls import add_calls
from frontdesk.web.dead_letters import add_dead_letters
from frontdesk.web.debugging import add_debug
from frontdesk.web.editing import add_editing
from frontdesk.web.outbox import add_outbox
from frontdesk.web.paging import After, Limit, RowId, after, listing
from frontdesk.web.pool import add_pool
from frontdesk.web.problems import RESPONSES
from frontdesk.web.retrying import add_simulate_retry
from frontdesk.web.sending import add_sending
from frontdesk.web.shapes import (
    AiHealth,
    ConversationDetail,
    ConversationRow,
    ConversationState,
    LedgerRow,
    Listing,
    MessageRow,
    ReceiptRow,
    WebhookEvent,
)
from frontdesk.web.stuck import add_stuck
from frontdesk.web.taking_over import add_taking_over
from frontdesk.web.views import NEWEST

__all__ = ["admin_router"]

_bearer = HTTPBearer(auto_error=False, description="a token of ADMIN_TOKEN; the dashboard's session does as well")


def _admit(request: Request, _shown_in_openapi: Annotated[Any, Depends(_bearer)]) -> None:
    request.state.who = request.app.state.door.admit(request)
    if any("\x00" in value for value in request.query_params.values()):
        raise HTTPException(400, "A parameter holds the character NUL, which no text in the database has.")


def admin_router(desk: Desk) -> APIRouter:
    """Everything below /api/admin."""
    router = APIRouter(prefix="/api/admin", tags=["admin"], dependencies=[Depends(_admit)], responses=RESPONSES)
    _add_lists(router, desk)
    add_dead_letters(router, desk)
    add_acts(router, desk)
    add_simulate_retry(router, desk)
    add_outbox(router, desk)
    add_sending(router, desk)
    add_calls(router, desk)
    add_taking_over(router, desk)
    add_editing(router, desk)
    add_debug(router, desk)
    add_pool(router, desk)
    add_alerts(router, desk)
    add_stuck(router, desk)

    @router.get("/conversations/{conversation_id}", responses={404: RESPONSES["default"]})
    async def conversation(conversation_id: RowId, limit: Limit = 100, cursor: After = None) -> ConversationDetail:
        """One conversation with its messages, newest first, each with its webhook or its ledger row and receipts."""
        async with views.reading(desk) as tx:
            row = await views.conversation(tx, conversation_id)
            if row is None:
                raise HTTPException(404, f"There is no conversation {conversation_id}.")
            rows = await views.messages(tx, conversation_id, after(cursor), limit + 1)
            receipts = await views.receipts(tx, [m.carrier_id for m in rows if m.carrier_id])
        detail = ConversationDetail.model_validate(row)
        detail.messages = [_message(m, receipts.get(m.carrier_id, [])) for m in rows[:limit]]
        detail.next_cursor = views.next_cursor(rows, limit, "created_at")
        return detail

    @router.get("/health/ai")
    async def health_ai() -> AiHealth:
        """The newest 20 ledger rows, dedupe collisions, the state of 10 conversations, counts by state."""
        async with views.reading(desk) as tx:
            counts, collisions = await views.status_counts(tx)
            rows = await views.conversations(tx, NEWEST, 10)
            of_each = await views.collisions(tx, [row.id for row in rows])
            logs = await views.outbox(tx, NEWEST, 20)
        states = [ConversationState.model_validate(row) for row in rows]
        return AiHealth(
            outbound_logs=[LedgerRow.model_validate(row) for row in logs],
            dedupe_collisions=collisions,
            conversations=[state.model_copy(update={"collisions": of_each.get(int(state.id), 0)}) for state in states],
            status_counts={status.value: counts.get(status, 0) for status in LedgerStatus},
        )

    return router


def _add_lists(router: APIRouter, desk: Desk) -> None:
    @router.get("/conversations")
    async def conversations(limit: Limit = 50, cursor: After = None) -> Listing[ConversationRow]:
        """Conversations, the one written in last first."""
        async with views.reading(desk) as tx:
            rows = await views.conversations(tx, after(cursor), limit + 1)
        return listing(ConversationRow, rows, limit, "last_message_at")

    @router.get("/events")
    async def events(
        limit: Limit = 50, cursor: After = None, status: EventStatus | None = None
    ) -> Listing[WebhookEvent]:
        """Stored webhooks, newest first."""
        async with views.reading(desk) as tx:
            rows = await views.events(tx, after(cursor), limit + 1, status)
        return listing(WebhookEvent, rows, limit, "received_at")


def _message(row: Any, receipts: Sequence[Any]) -> MessageRow:
    message = MessageRow.model_validate(row)
    message.receipts = [ReceiptRow.model_validate(receipt) for receipt in receipts]
    return message
