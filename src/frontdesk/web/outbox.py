"""The outbox in the API: the ledger, what a person writes, cancels, and says of what nobody knows."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request, Response

from frontdesk.db.pool import Tx
from frontdesk.desk import Desk
from frontdesk.errors import NotThere
from frontdesk.outbox.gate import FOR_A_PERSON
from frontdesk.outbox.model import LedgerStatus
from frontdesk.outbox.segments import count
from frontdesk.steps import send_by_hand as sending
from frontdesk.steps import settle_by_hand as settling
from frontdesk.web import views
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.outbox_shapes import (
    Attempt,
    MessageDetail,
    MessageOrder,
    Phone,
    PreviewOrder,
    PreviewShown,
    Resolution,
)
from frontdesk.web.paging import After, Limit, RowId, after, listing
from frontdesk.web.shapes import LedgerRow, Listing
from frontdesk.web.standing import standing

__all__ = ["add_outbox", "read_message"]

_MustKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="your name for this message; sent again with the same, nothing is sent again",
    ),
]
_Status = Annotated[LedgerStatus | None, Query(description="only in this state")]
_Reason = Annotated[str | None, Query(max_length=100, description="only what waits or was blocked for this reason")]
_To = Annotated[Phone | None, Query(description="only to this phone")]
_Client = Annotated[int | None, Query(alias="clientId", ge=1, lt=2**63, description="only for this client")]
_NeedsAPerson = Annotated[
    bool, Query(alias="needsAPerson", description="true: only UNKNOWN ones that a person must settle")
]
_REPEATED: dict[int | str, dict[str, Any]] = {
    200: {"model": MessageDetail, "description": "It stood in the ledger already, under the same key."}
}


def add_outbox(router: APIRouter, desk: Desk) -> None:
    """Everything below /api/admin/outbox."""
    parts = (desk.db, desk.bucket, desk.clock)

    @router.get("/outbox")
    async def outbox(
        limit: Limit = 50,
        cursor: After = None,
        status: _Status = None,
        reason: _Reason = None,
        to: _To = None,
        client_id: _Client = None,
        needs_a_person: _NeedsAPerson = False,
    ) -> Listing[LedgerRow]:
        """The outbound ledger, newest first: what was sent, what waits, what was blocked, and why."""
        wanted = views.Wanted(status and status.value, reason, to, client_id, needs_a_person)
        async with views.reading(desk) as tx:
            rows = await views.outbox(tx, after(cursor), limit + 1, wanted)
        return listing(LedgerRow, rows, limit, "created_at")

    @router.post("/outbox", status_code=201, responses={**_REPEATED, **REFUSALS})
    async def send(request: Request, response: Response, order: MessageOrder, key: _MustKey) -> MessageDetail:
        """Send a text, or schedule it: once for each key. Limits and quiet hours do not hold it, an opt-out does."""
        try:
            words = order.words()
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        said = await sending.send_by_hand(*parts, desk.settings, words, actor=request.state.who, key=key)
        response.status_code = 201 if said.first else 200
        return await _message(desk, said.ledger_id)

    @router.post("/outbox/preview", responses={404: REFUSALS[404], 409: REFUSALS[409]})
    async def preview(order: PreviewOrder) -> PreviewShown:
        """What would go, in how many segments, at what cost, and what the gate would say now. Nothing is kept."""
        try:
            whom = order.whom()
        except ValueError as error:
            raise HTTPException(400, str(error)) from error
        words = order.body if whom is None else sending.Words(whom, order.body)
        return PreviewShown.of(await sending.preview(*parts, desk.settings, words))

    @router.get("/outbox/{message_id}", responses={404: REFUSALS[404]})
    async def message(message_id: RowId) -> MessageDetail:
        """One message with its attempts, and why it is where it is."""
        return await _message(desk, message_id)

    @router.post("/outbox/{message_id}/cancel", responses=REFUSALS)
    async def cancel(request: Request, message_id: RowId, key: Key = None) -> MessageDetail:
        """Cancel what waits, or give up an UNKNOWN; its key stays taken, so that nothing sends it again."""
        await settling.cancel_by_hand(*parts, message_id, actor=request.state.who, key=key)
        return await _message(desk, message_id)

    @router.post("/outbox/{message_id}/resolve", responses=REFUSALS)
    async def resolve(request: Request, message_id: RowId, said: Resolution, key: Key = None) -> MessageDetail:
        """Say what became of an UNKNOWN message, or have it sent once more."""
        who = {"actor": request.state.who, "key": key, "provider_message_id": said.provider_message_id}
        await settling.resolve(*parts, message_id, said.as_, **who)
        return await _message(desk, message_id)


async def _message(desk: Desk, message_id: int) -> MessageDetail:
    async with views.reading(desk) as tx:
        return await read_message(tx, message_id, desk)


async def read_message(tx: Tx, message_id: int, desk: Desk) -> MessageDetail:
    """One message with all that is known of it. Raises NotThere."""
    row, tries = await views.message(tx, message_id)
    if row is None:
        raise NotThere(f"There is no message {message_id} in the outbox.")
    known: dict[str, Any] = {
        **row._asdict(),
        "available_at": None if row.available_at == FOR_A_PERSON else row.available_at,
        "due_at": row.due_at or row.created_at,
        "needs_a_person": row.status == LedgerStatus.UNKNOWN and row.reconcile_at is None,
        "encoding": count(row.body).encoding,
        "standing": standing(row, desk.clock.now()),
        "attempt_log": [Attempt.model_validate(one) for one in tries],
    }
    return MessageDetail.model_validate(known)
