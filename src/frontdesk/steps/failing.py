"""What becomes of an event whose handling failed: tried again, held for a person, or buried."""

import traceback
from datetime import timedelta

import psycopg
import structlog

from frontdesk import __version__, backoff
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.errors import Undeliverable
from frontdesk.inbox import dead_letters
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import ClaimedLane, QueuedEvent
from frontdesk.inbox.rules import Dead, Held, Retry, after_failure, fingerprint, storable
from frontdesk.reporting import report
from frontdesk.setting_parts import WorkerSettings

__all__ = ["Failing"]

log = structlog.get_logger(__name__)

_SAID = {Retry: "event_will_be_retried", Held: "lane_held_for_a_person", Dead: "event_dead"}


class Failing:
    """Writes failures down; the lane's claim is given back with each."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock, settings: WorkerSettings
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._settings = settings

    async def fail(self, lane: ClaimedLane, queued: QueuedEvent, error: Exception) -> None:
        """Count the try and decide what comes next; nothing is written when the lane is no longer ours."""
        tries = queued.attempts + 1
        text = _words(error)
        hopeless = isinstance(error, Undeliverable)
        hold = queued.webhook_type in self._settings.hold
        outcome = after_failure(tries, max_tries=self._settings.max_tries, hopeless=hopeless, hold=hold)
        if not await self._write(lane, queued, outcome, text, _place(error)):
            return
        if not isinstance(outcome, Retry) and not hopeless:
            report(error, component="handle", webhook_type=queued.webhook_type, event_id=queued.event_id, tries=tries)
        log.warning(
            _SAID[type(outcome)],
            event_id=queued.event_id,
            correlation_id=queued.event and queued.event.correlation_id,
            webhook_type=queued.webhook_type,
            tries=tries,
            error=text,
            exc_info=None if hopeless else error,
        )

    async def _write(
        self, lane: ClaimedLane, queued: QueuedEvent, outcome: Retry | Held | Dead, text: str, place: str
    ) -> bool:
        now, lease_now = self._clock.now(), self._lease_clock.now()
        async with self._db.transaction(self._bucket) as tx:
            if not await inbox.fence(tx, {lane.lane: lane.claim_token}):
                return False
            written = True
            match outcome:
                case Retry():
                    wait = timedelta(
                        seconds=backoff.delay(queued.attempts + 1, first=self._settings.first_retry_seconds)
                    )
                    written = await inbox.retry(
                        tx, queued, text, ready_at=lease_now + wait, available_at=now + wait, now=now
                    )
                case Held():
                    written = await inbox.hold(tx, queued, text, now=now)
                case Dead():
                    mark = fingerprint(queued.webhook_type, place, text)
                    story = {"error": text, "fingerprint": mark, "code_version": __version__}
                    written = await dead_letters.bury(tx, queued, **story, now=now, lease_now=lease_now)
            if not written:  # it was settled, and the answer got lost
                inbox.close_lanes(tx, [lane.lane], ready_at=lease_now)
        return written


def _words(error: Exception) -> str:
    """The error's sentence; PostgreSQL's own without its DETAIL, which quotes the row, and so what people wrote."""
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        return error.diag.message_primary
    return storable(str(error)) or type(error).__name__


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].name}" if frames else "?"
    return f"{type(error).__name__}@{where}"
