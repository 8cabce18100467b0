"""Delivering a conversation's last webhook again: by the API, and by a button on its page."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk import Desk
from frontdesk.errors import NotPossible
from frontdesk.steps.simulate_retry import Retried, simulate_retry
from frontdesk.web.dead_letters import REFUSALS
from frontdesk.web.pages import admitted, row_id
from frontdesk.web.paging import RowId
from frontdesk.web.paths import go_to
from frontdesk.web.problems import RESPONSES
from frontdesk.web.rendering import Renderer
from frontdesk.web.shapes import Id, Json

__all__ = ["RetryOutcome", "add_simulate_retry", "retry_routes"]


class RetryOutcome(Json):
    """What a simulated retry came to; nothing of it should differ before and after."""

    conversation_id: Id
    webhook_type: str
    request_id: str
    items: Annotated[int, Field(description="things in the webhook")]
    duplicates_blocked: Annotated[int, Field(description="those of them that changed nothing")]
    sends_before: int
    sends_after: int
    questions_asked_before: int
    questions_asked_after: int
    state_version_before: int
    state_version_after: int
    changed_nothing: bool
    handled: Annotated[bool, Field(description="false: no worker took it up within ten seconds")]

    @classmethod
    def of(cls, done: Retried) -> "RetryOutcome":
        """As the API answers it."""
        before, after = done.before, done.after
        given = {name: value for name, value in asdict(done).items() if name not in ("before", "after")}
        return cls(
            **given,
            sends_before=before.sends,
            sends_after=after.sends,
            questions_asked_before=before.questions_asked_count,
            questions_asked_after=after.questions_asked_count,
            state_version_before=before.state_version,
            state_version_after=after.state_version,
            changed_nothing=done.changed_nothing,
        )


def add_simulate_retry(router: APIRouter, desk: Desk) -> None:
    """/api/admin/conversations/{id}/simulate-retry."""

    @router.post("/conversations/{conversation_id}/simulate-retry", responses={**REFUSALS, 404: RESPONSES["default"]})
    async def simulate(request: Request, conversation_id: RowId) -> RetryOutcome:
        """Deliver the conversation's last inbound webhook again through the real path; tells what was blocked."""
        return RetryOutcome.of(await _retry(desk, conversation_id, request.state.who))


def retry_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """The button below a conversation."""

    async def pressed(request: Request) -> Response:
        conversation_id = row_id(request)
        by_htmx = "hx-request" in request.headers
        shown: dict[str, Any] = {"trouble": "", "done": None}
        try:
            shown["done"] = await _retry(desk, conversation_id, request.state.who)
        except NotPossible as error:
            if not by_htmx:
                raise
            shown["trouble"] = str(error)
        if not by_htmx:
            return go_to(request, f"/conversations/{conversation_id}")
        return renderer.page(request, "_retried.html", headers={"HX-Trigger": "written"}, **shown)

    return [Route("/conversations/{id:int}/simulate-retry", admitted(pressed), methods=["POST"])]


async def _retry(desk: Desk, conversation_id: int, actor: str) -> Retried:
    parts = (desk.db, desk.bucket, desk.clock, desk.registry, desk.receiver)
    return await simulate_retry(*parts, conversation_id, actor=actor)
