"""Alerting: how a user's own code tells the operator of something; `Desk` is one."""

from types import TracebackType
from typing import Self

from frontdesk.alerts.model import Decision
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.effects import Alert, Severity
from frontdesk.steps import raise_alert as steps

__all__ = ["Alerting", "Muted"]


class Muted:
    """Alerts that go nowhere until it is called, or its block ends; calling it twice does no harm."""

    def __init__(self, db: Database) -> None:
        self._db: Database | None = db
        db.muted += 1

    def __call__(self) -> None:
        """Let alerts go again. What was raised meanwhile and still holds is told when it is raised the next time."""
        if self._db is not None:
            self._db.muted -= 1
            self._db = None

    def __enter__(self) -> Self:
        """For `with desk.silence_alerts():`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let alerts go again."""
        self()


class Alerting:
    """The part of a desk that raises alerts."""

    db: Database
    bucket: Bucket
    clock: BusinessClock

    async def raise_alert(
        self,
        alert_type: str,
        severity: Severity | str,
        title: str,
        message: str,
        resource_id: str | None = None,
        *,
        key: str | None = None,
    ) -> Decision:
        """Tell the operator, once in six hours for each type and key; returns what was decided.

        `key` tells conditions of one type apart: `resource_id` where it is left out. Name the victim first in the
        title, before a colon: "Ada's Plumbing: no hours are set". Raises ValueError for a severity that there is not,
        and nothing else: trouble here is no trouble of yours.
        """
        alert = Alert(alert_type, key or resource_id or "all", Severity(severity), title, message, resource_id)
        return await steps.raise_alert(self.db, self.bucket, self.clock, alert)

    async def resolve_alert(self, alert_type: str, key: str = "all") -> bool:
        """It is over; true where it was open. Whoever was told of it is told how long it lasted."""
        return await steps.resolve_alert(self.db, self.bucket, self.clock, alert_type, key)

    def silence_alerts(self) -> Muted:
        """Alerts raised through this desk go nowhere: `restore = desk.silence_alerts()`, or as a context manager.

        They are logged all the same. For people who want quiet there are silences, which end by themselves.
        """
        return Muted(self.db)
