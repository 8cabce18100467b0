"""reading: asks the language model about one text, counts how that went, and never stands in the way of the rules.

Outside of any transaction: the answer may take seconds. What becomes of the model's reading beside that of the rules is
not decided here.
"""

from typing import Self

import structlog

from frontdesk.alerts import store as alerts
from frontdesk.chat import Chat
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.db.queries import load_queries
from frontdesk.effects import Alert, Severity
from frontdesk.errors import ModelFailed, ModelTrouble
from frontdesk.readers.model_health import (
    ALERT_WITHIN,
    CLOSED,
    Admission,
    Failures,
    admit,
    after_failure,
    after_success,
    deserve_alert,
    one_more,
    released,
)
from frontdesk.readers.openai import ModelReader
from frontdesk.readers.reading import Context, Reading
from frontdesk.settings import Settings
from frontdesk.steps.raise_alert import raise_alert

__all__ = ["OPENAI_FAILURE", "AskModel"]

log = structlog.get_logger(__name__)

Q = load_queries("frontdesk.steps", "reading.sql")

OPENAI_FAILURE = "OPENAI_FAILURE"
"""The type of the alert about readings that fail; its key is the reader's name."""
_LONGEST_ERROR = 500  # characters kept


class AskModel:
    """Asks `reader`. One per process: the circuit breaker is in it."""

    def __init__(self, db: Database, bucket: Bucket, clock: BusinessClock, reader: ModelReader) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._reader = reader
        self._circuit = CLOSED

    @classmethod
    def of(cls, settings: Settings, db: Database, bucket: Bucket, clock: BusinessClock) -> Self | None:
        """As the settings say; None where they name no model. Raises SetupError where its SDK is missing."""
        chat = Chat.of(settings)
        if chat is None:
            return None
        model = settings.model
        reader = ModelReader(chat, seconds=model.deadline_seconds, tokens=model.answer_tokens)
        return cls(db, bucket, clock, reader)

    @property
    def name(self) -> str:
        """Who read, for the record: the reader and its model."""
        return f"{self._reader.name}:{self._reader.model}"

    async def read(self, text: str, context: Context) -> Reading | None:
        """What the model reads in `text`; None where it failed, was too slow or is left alone. Never raises."""
        admission, self._circuit = admit(self._circuit, self._clock.now())
        if admission is Admission.REFUSE:
            log.info("model_not_asked", reader=self.name, open_until=self._circuit.open_until)
            return None
        settled = False
        try:
            reading = await self._reader.read(text, context)
            self._circuit, settled = after_success(self._circuit), True
            await self._succeeded()
            return reading
        except ModelFailed as error:
            self._fail(admission, error)
            settled = True
            await self._failed(error)
        except Exception as error:  # a fault of ours: the lead is answered all the same
            log.exception("model_reading_broke", reader=self.name)
            failure = ModelFailed(f"{type(error).__name__} in the reader.", ModelTrouble.BAD_JSON)
            self._fail(admission, failure)
            settled = True
            await self._failed(failure)
        finally:
            if not settled:  # stopped in the middle
                self._circuit = released(self._circuit, admission)
        return None

    def _fail(self, admission: Admission, error: ModelFailed) -> None:
        before = self._circuit
        self._circuit = after_failure(before, admission, error, self._clock.now())
        log.warning("model_failed", reader=self.name, why=error.why, error=str(error))
        if self._circuit.open_until not in (None, before.open_until):
            log.error("model_left_alone", reader=self.name, until=self._circuit.open_until, why=error.why)

    async def _succeeded(self) -> None:
        """The count begins anew, and the alert is over: also one that was opened after an earlier success."""
        now, reader = self._clock.now(), self._reader.name
        try:
            async with self._db.transaction(self._bucket) as tx:
                await tx.run(Q.clear_failures, {"reader": reader, "now": now})
                resolved = await alerts.resolve_alert(tx, OPENAI_FAILURE, reader, now)
        except Exception as error:  # the reading is good, whatever the database says
            log.warning("model_success_not_counted", reader=self.name, error=str(error))
            return
        if resolved:
            log.info("alert_resolved", alert_type=OPENAI_FAILURE, alert_key=reader)

    async def _failed(self, error: ModelFailed) -> None:
        try:
            failures = await self._count(error)
        except Exception as trouble:
            log.warning("model_failure_not_counted", reader=self.name, error=str(trouble))
            return
        if deserve_alert(failures):
            await raise_alert(self._db, self._bucket, self._clock, self._alert(failures, error))

    async def _count(self, error: ModelFailed) -> Failures:
        now, reader = self._clock.now(), self._reader.name
        async with self._db.transaction(self._bucket) as tx:
            await tx.run(Q.ensure_reader, {"reader": reader, "now": now})
            row = await tx.one(Q.lock_reader, {"reader": reader})
            failures = one_more(Failures(row.failures, tuple(row.recent)), now)
            counted = {"failures": failures.count, "recent": list(failures.recent)}
            told = {"why": error.why, "error": str(error)[:_LONGEST_ERROR]}
            await tx.run(Q.save_failures, {"reader": reader, **counted, **told, "now": now})
        return failures

    def _alert(self, failures: Failures, error: ModelFailed) -> Alert:
        minutes = int(ALERT_WITHIN.total_seconds() // 60)
        return Alert(
            alert_type=OPENAI_FAILURE,
            key=self._reader.name,
            severity=Severity.HIGH if error.why is ModelTrouble.AUTH else Severity.MEDIUM,
            title="The language model fails",
            message=(
                f"{failures.count} readings in a row failed, the last five within {minutes} minutes "
                f"({error.why}: {error}). The rules read alone meanwhile. "
                "Run frontdesk doctor: it asks the model and says what to mend."
            ),
            resource_id=self._reader.model,
        )

    async def aclose(self) -> None:
        """Close the connections to the model."""
        await self._reader.aclose()
