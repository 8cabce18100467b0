"""Taking a conversation over and giving it back: by the API, and by buttons on its page."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk import Desk
from frontdesk.steps import taking_over as steps
from frontdesk.web.dead_letters import REFUSALS, Key
from frontdesk.web.pages import admitted, row_id
from frontdesk.web.paging import RowId
from frontdesk.web.paths import go_to
from frontdesk.web.shapes import Id, Json

__all__ = ["ConversationHeld", "ConversationReleased", "add_taking_over", "taking_over_routes"]

Act = Callable[[int, str], Awaitable[object]]


class ConversationHeld(Json):
    """A conversation that a person has: the desk says nothing to its lead by itself."""

    conversation_id: Id
    bot_paused_at: Annotated[datetime, Field(description="since when; the first time stays")]
    bot_paused_why: Annotated[
        str | None, Field(description="asked, emergency, not_understood, voice or by_hand; null where nobody said")
    ]
    conversations: Annotated[int, Field(description="of the lead that this request took over; 0: all were held")]
    sequences_ended: Annotated[int, Field(description="follow-ups of the lead that this request ended")]
    done_by: str


class ConversationReleased(Json):
    """A conversation in which the desk answers again, as soon as the lead writes."""

    conversation_id: Id
    bot_paused_at: None = None
    conversations: Annotated[int, Field(description="of the lead that were released, this one among them")]
    done_by: str


def add_taking_over(router: APIRouter, desk: Desk) -> None:
    """/api/admin/conversations/{id}/take-over and /release."""
    parts = (desk.db, desk.bucket, desk.clock)

    @router.post("/conversations/{conversation_id}/take-over", responses=REFUSALS)
    async def take_over(request: Request, conversation_id: RowId, key: Key = None) -> ConversationHeld:
        """Keep the desk silent in all conversations of the lead; what it has put and not sent is blocked."""
        held = await steps.take_over(*parts, conversation_id, actor=request.state.who, key=key)
        return ConversationHeld(
            conversation_id=str(held.conversation_id),
            bot_paused_at=held.since,
            bot_paused_why=held.why,
            conversations=held.conversations,
            sequences_ended=held.sequences_ended,
            done_by=request.state.who,
        )

    @router.post("/conversations/{conversation_id}/release", responses=REFUSALS)
    async def release(request: Request, conversation_id: RowId, key: Key = None) -> ConversationReleased:
        """Let the desk answer the lead again: it goes on at its next question once they write."""
        done = await steps.release(*parts, conversation_id, actor=request.state.who, key=key)
        return ConversationReleased(
            conversation_id=str(done.conversation_id), conversations=done.conversations, done_by=request.state.who
        )


def taking_over_routes(desk: Desk) -> list[Route]:
    """What the buttons above a conversation post to."""
    parts = (desk.db, desk.bucket, desk.clock)

    async def take(conversation_id: int, who: str) -> object:
        return await steps.take_over(*parts, conversation_id, actor=who)

    async def let_go(conversation_id: int, who: str) -> object:
        return await steps.release(*parts, conversation_id, actor=who)

    return [
        Route("/conversations/{id:int}/take-over", admitted(_pressed(take)), methods=["POST"]),
        Route("/conversations/{id:int}/release", admitted(_pressed(let_go)), methods=["POST"]),
    ]


def _pressed(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def pressed(request: Request) -> Response:
        conversation_id = row_id(request)
        await act(conversation_id, request.state.who)
        return go_to(request, f"/conversations/{conversation_id}")

    return pressed
