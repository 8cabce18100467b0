"""build_app: webhooks, API, pages and files as one ASGI app around one desk."""

from functools import partial
from typing import Any

import psycopg
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from frontdesk import __version__
from frontdesk.desk import Desk
from frontdesk.errors import NotPossible
from frontdesk.simulator import Carrier
from frontdesk.web.alert_pages import alert_routes
from frontdesk.web.api import admin_router
from frontdesk.web.attention import kept_attention
from frontdesk.web.auth import Doorkeeper, NotAdmitted
from frontdesk.web.calls import call_routes
from frontdesk.web.cron import cron_router
from frontdesk.web.debugging import debug_routes
from frontdesk.web.depth import kept_depths
from frontdesk.web.editing import editing_routes
from frontdesk.web.guard import Guard
from frontdesk.web.health import health_router
from frontdesk.web.hooks import hook_routes
from frontdesk.web.leads import leads_router
from frontdesk.web.metrics import metrics_route
from frontdesk.web.outbox_pages import outbox_routes
from frontdesk.web.pages import page_routes
from frontdesk.web.pool import pool_routes
from frontdesk.web.problems import Problem, Problems
from frontdesk.web.rendering import Renderer
from frontdesk.web.retrying import retry_routes
from frontdesk.web.sending import switches_on
from frontdesk.web.simulator_pages import simulator_routes
from frontdesk.web.stuck import stuck_routes
from frontdesk.web.taking_over import taking_over_routes

__all__ = ["build_app"]

_DESCRIPTION = "Times are ISO 8601, ids are text, errors are RFC 9457 problem documents."


def build_app(desk: Desk, *, simulation: Carrier | None = None) -> FastAPI:
    """The web of an opened desk. With `simulation` there is /simulator, and every page says so.

    The caller opens and closes the desk and runs its service; providers must be added before.
    """
    settings = desk.settings
    renderer = Renderer(
        business=settings.business, timezone=settings.tz, clock=desk.clock, simulated=simulation is not None
    )
    problems = Problems(renderer)
    app = FastAPI(
        title="Frontdesk",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,  # their pages fetch scripts from elsewhere
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.state.door = Doorkeeper(settings, desk.lease_clock.now)
    app.state.depths = kept_depths(desk)
    app.state.attention = kept_attention(desk)
    app.state.switches = partial(switches_on, desk)
    _handle_errors(app, problems)
    app.add_middleware(Guard, problems=problems)
    app.router.routes += hook_routes(desk)
    app.include_router(health_router(desk, simulated=simulation is not None))
    app.router.routes.append(metrics_route(desk, app.state.depths, app.state.attention))
    app.include_router(admin_router(desk))
    app.include_router(leads_router(desk))
    app.include_router(cron_router(desk))
    app.router.routes += page_routes(desk, renderer, simulated=simulation is not None)
    app.router.routes += outbox_routes(desk, renderer)
    app.router.routes += retry_routes(desk, renderer)
    app.router.routes += taking_over_routes(desk)
    app.router.routes += editing_routes(desk, renderer)
    app.router.routes += debug_routes(desk, renderer)
    app.router.routes += call_routes(desk, renderer)
    app.router.routes += pool_routes(desk, renderer)
    app.router.routes += alert_routes(desk, renderer)
    app.router.routes += stuck_routes(desk, renderer)
    app.router.routes += simulator_routes(desk, renderer, simulation)
    app.router.routes.append(Mount("/static", StaticFiles(packages=[("frontdesk.web", "static")])))
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _handle_errors(app: FastAPI, problems: Problems) -> None:
    app.add_exception_handler(NotAdmitted, problems.not_admitted)
    app.add_exception_handler(NotPossible, problems.not_possible)
    app.add_exception_handler(RequestValidationError, problems.invalid)
    app.add_exception_handler(HTTPException, problems.http)
    for gone in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
        app.add_exception_handler(gone, problems.database_away)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The schema with the problem document in it, which no route declares as its own answer."""
    if not app.openapi_schema:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = Problem.model_json_schema()
        app.openapi_schema = schema
    return app.openapi_schema
