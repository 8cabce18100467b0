"""The JSON of health: processes, roles, what waits, and the verdict with its reasons."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from frontdesk.web.shapes import Json

__all__ = ["Checks", "Health", "InboxDepth", "LaneCounts", "Live", "ProcessHealth", "RoleHealth"]


class ProcessHealth(Json):
    """One process as last seen."""

    host: str
    pid: int
    version: str
    roles: list[str]
    started_at: datetime
    seen_seconds_ago: float
    alive: bool


class RoleHealth(Json):
    """The processes of one role."""

    alive: int
    seen_seconds_ago: Annotated[float | None, Field(description="age of the newest heartbeat; null: none for an hour")]


class LaneCounts(Json):
    """Lanes with work by their state."""

    ready: Annotated[int, Field(description="a worker could take them now")]
    in_hand: int
    backing_off: Annotated[int, Field(description="wait for the next try of their first event")]
    held: Annotated[int, Field(description="wait for a person")]
    lapsed: Annotated[int, Field(description="of the ready ones: their worker died or hangs")]


class InboxDepth(Json):
    """What waits in the inbox in lanes of one class."""

    lane_class: str
    waiting: int
    oldest_at: datetime
    oldest_seconds: float
    lanes: LaneCounts


class Checks(Json):
    """What the verdict rests on; all but the first are empty while the database is away."""

    database: Literal["reachable", "unreachable"]
    schema_version: int | None = None
    code_version: int
    simulated: Annotated[bool, Field(description="true: a simulator stands in for the carrier")]
    roles: dict[str, RoleHealth] = Field(default_factory=dict)
    processes: list[ProcessHealth] = Field(default_factory=list)
    inbox: list[InboxDepth] = Field(default_factory=list)
    outbox: dict[str, int] = Field(
        default_factory=dict, description="ledger rows by state, final ones of the newest 10,000"
    )
    dead_letters: int = 0
    monitored_at: Annotated[
        datetime | None, Field(description="when the monitor last came to the end of a pass; null: not yet")
    ] = None


class Health(Json):
    """How the desk is, with the reasons in plain words."""

    status: Literal["ok", "degraded", "down"]
    ready: bool
    reasons: list[str]
    at: datetime
    version: str
    checks: Checks


class Live(Json):
    """The process answers."""

    status: Literal["ok"] = "ok"
