"""Jobs for hosts that have an HTTP cron and nothing else. Each may run twice, or at once, and beside the scheduler."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from frontdesk.desk import Desk
from frontdesk.steps.follow_up import follow_up
from frontdesk.steps.monitor import Monitor
from frontdesk.steps.retire import retire
from frontdesk.web.problems import RESPONSES

__all__ = ["CleanedUp", "FollowedUp", "KeptWeek", "Monitored", "Watched", "cron_router"]

_AT_MOST = 25.0  # seconds; hosts that call give up after 30

_bearer = HTTPBearer(auto_error=False, scheme_name="Cron", description="CRON_SECRET, or a token of ADMIN_TOKEN")


class _Answer(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, from_attributes=True
    )


class KeptWeek(_Answer):
    """A week of stored webhooks that is old enough to go and is kept."""

    partition: str
    week: str = Field(description="the ISO week, such as 2026w20")
    waiting: int = Field(description="events that are not handled")
    open_dead_letters: int
    why: str = Field(description="what keeps it, and what to do about it")


class CleanedUp(_Answer):
    """What one call removed."""

    deleted_request_ids: int = Field(description="expired rows of processed_webhooks")
    dropped_partitions: list[str] = Field(description="whole weeks of webhook_events")
    kept_partitions: list[KeptWeek]
    deleted_old_events: int = Field(description="rows of the default partition of webhook_events")
    batches: int
    longest_batch_ms: float
    finished: bool = Field(description="false: the time was up, and a next call goes on")


class FollowedUp(_Answer):
    """What one call did for leads who do not answer."""

    put: int = Field(description="follow-up texts put into the outbox, where the gate decides when they go")
    ended: int = Field(description="leads who left a sequence instead")
    closed_leads: int = Field(description="leads closed as lost, since their time was over")
    finished: bool = Field(description="false: the time was up, and a next call goes on")


class Watched(_Answer):
    """New clients in their set-up."""

    moved: int = Field(description="clients found in another state than at the look before")
    stuck: int = Field(description="clients who stay too long, or cannot be expected to answer")
    logged: int = Field(description="of these, how many were written into the log: each once in six hours")
    raised: int = Field(description="alerts that were raised")
    resolved: int = Field(description="alerts that are over")


class Monitored(_Answer):
    """What one pass of the monitor found."""

    watched: Watched | None = Field(description="null where this part failed")
    troubles: list[str] = Field(description="alerts of the desk's own that hold now: type and key")
    violations: list[str] = Field(description="names of the checks that found what must never be")
    failed: list[str] = Field(description="parts that did not come to their end; the log says why")
    clean: bool = Field(description="true: every part came to its end, and no grave check fails")
    took_ms: float


def _admit(request: Request, _shown_in_openapi: Annotated[Any, Depends(_bearer)]) -> None:
    request.state.who = request.app.state.door.admit_cron(request)


def cron_router(desk: Desk) -> APIRouter:
    """Everything below /api/cron, by POST and by GET: some hosts can send nothing else."""
    router = APIRouter(prefix="/api/cron", tags=["cron"], dependencies=[Depends(_admit)], responses=RESPONSES)

    async def cleanup_webhooks() -> CleanedUp:
        """Remove expired request ids and old webhooks, for 25 seconds at most, without slowing those that come in."""
        done = await retire(desk.db, desk.bucket, desk.clock, desk.settings.retention, seconds=_AT_MOST)
        return CleanedUp.model_validate(done)

    async def process_followups() -> FollowedUp:
        """Put the follow-up texts that are due and close the leads that expired, for 25 seconds at most."""
        return FollowedUp.model_validate(
            await follow_up(desk.db, desk.bucket, desk.clock, desk.settings, seconds=_AT_MOST)
        )

    async def monitor() -> Monitored:
        """Look who is stuck, what must never be and what does not work, and tell of it."""
        looking = Monitor(desk.db, desk.bucket, desk.clock, desk.lease_clock, desk.settings)
        return Monitored.model_validate(await looking.run())

    for method in ("POST", "GET"):
        router.add_api_route("/process-followups", process_followups, methods=[method])
        router.add_api_route("/cleanup-webhooks", cleanup_webhooks, methods=[method])
        router.add_api_route("/monitor", monitor, methods=[method])
    return router
