"""Clients who are stuck: the list of the API, and the same for people."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.desk import Desk
from frontdesk.effects import Severity
from frontdesk.onboarding_states import Turn
from frontdesk.steps.stuck import find_stuck, with_hope
from frontdesk.watching.model import Stuck
from frontdesk.web import views
from frontdesk.web.pages import admitted
from frontdesk.web.rendering import Renderer
from frontdesk.web.shapes import Id, Json

__all__ = ["StuckClient", "StuckClients", "add_stuck", "chosen", "stuck_clients", "stuck_now", "stuck_routes"]


class StuckClient(Json):
    """One client who is stuck. Minutes count by the clock of the state: some stand still while the client is closed."""

    client_id: Id
    name: str
    phone: str | None
    state: str
    entered_at: datetime
    stuck_for_minutes: int
    threshold_minutes: int
    severity: Severity
    terminal: Annotated[bool, Field(description="will never move by itself")]
    whose_turn: Literal[Turn.DESK, Turn.CLIENT]
    reason: str
    suggested_action: str
    moves_within_6h: Annotated[
        float | None,
        Field(
            alias="movesWithin6h",
            ge=0,
            le=1,
            description="how likely the client moves within six hours, from how long others stayed; null: not known",
        ),
    ] = None


class StuckClients(Json):
    """Everybody who is stuck, those first who need a person most."""

    timestamp: datetime
    total: int
    by_state: dict[str, int]
    by_severity: Annotated[dict[Severity, int], Field(description="LOW, MEDIUM and HIGH, also where there are none")]
    clients: list[StuckClient]


def stuck_clients(stuck: Sequence[Stuck], at: datetime) -> StuckClients:
    """The answer to who is stuck at this moment."""
    severities = Counter(one.severity for one in stuck)
    return StuckClients(
        timestamp=at,
        total=len(stuck),
        by_state=dict(sorted(Counter(one.state for one in stuck).items())),
        by_severity={severity: severities[severity] for severity in Severity},
        clients=[StuckClient.model_validate(one) for one in stuck],
    )


def chosen(stuck: Sequence[Stuck], *, severity: Severity | None, terminal: bool | None) -> list[Stuck]:
    """Those of this severity, and those who will or will not move by themselves."""
    return [one for one in stuck if severity in (None, one.severity) and terminal in (None, one.terminal)]


async def stuck_now(desk: Desk) -> list[Stuck]:
    """Who is stuck now, each with how likely they move by themselves. Raises one of DatabaseGone."""
    now = desk.clock.now()
    async with views.reading(desk) as tx:
        return await with_hope(tx, await find_stuck(tx, now, desk.settings), now)


def add_stuck(router: APIRouter, desk: Desk) -> None:
    """The list of the API."""

    @router.get("/stuck-clients")
    async def list_stuck(
        severity: Severity | None = None,
        terminal: Annotated[Literal["true", "false"] | None, Query(description="true: who will never move")] = None,
    ) -> StuckClients:
        """New clients who stay too long in a state of their set-up, or cannot be expected to answer."""
        never = None if terminal is None else terminal == "true"
        return stuck_clients(chosen(await stuck_now(desk), severity=severity, terminal=never), desk.clock.now())


def stuck_routes(desk: Desk, renderer: Renderer) -> list[Route]:
    """The page, and the part of it that is fetched again while it is looked at."""

    async def page(request: Request) -> Response:
        return renderer.page(request, "stuck.html", **_shown(await stuck_now(desk)))

    async def part(request: Request) -> Response:
        return renderer.page(request, "_stuck.html", **_shown(await stuck_now(desk)))

    return [Route("/stuck", admitted(page)), Route("/parts/stuck", admitted(part))]


def _shown(stuck: Sequence[Stuck]) -> dict[str, Any]:
    return {"stuck": stuck, "severities": Counter(one.severity.value for one in stuck)}
