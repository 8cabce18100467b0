"""answer: a question that comes as a webhook is answered in the response, once, and the same again when it comes again.

One transaction a question: its request id is taken (or who has it is waited for, and the answer read), what it asks is
done, the answer stored, the event archived. There is an answer always and in time: whoever waits for it ignores an
error, and the caller would hear nothing. What was written by work that failed or took too long is undone, and an excuse
is its answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from frontdesk.clients.model import Client
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx, is_gone, lost_a_race
from frontdesk.errors import CannotDo
from frontdesk.inbox import answered
from frontdesk.inbox.model import Arrival
from frontdesk.reporting import report
from frontdesk.steps.callers import client_called

__all__ = ["AnswerOnce", "Question", "Said", "Work"]

log = structlog.get_logger(__name__)

T = TypeVar("T")

_STORE = 1.0  # seconds beyond the deadline in which what is under way is undone and the answer stored
_EXCUSE = 1.0  # ... and then in which an excuse is stored, where that failed or nothing was begun
_CONNECTION = 1.0  # seconds to wait for one
_AT_ONCE = 5  # of a process's ten connections: slow tools must not keep webhooks from being stored


Work = Callable[[Tx, Client | None], Awaitable[Mapping[str, Any]]]
"""Answers a question for the client that it concerns (None: nobody); may raise CannotDo with what to say instead."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question: what is kept of it, the work that answers it, and what is said where that cannot be done."""

    arrival: Arrival
    parameters: Mapping[str, Any]
    work: Work
    refusal: Callable[[str], Mapping[str, Any]]
    excuse: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer; `first` is false where it was given before. It holds nothing that jsonb would change."""

    content: Mapping[str, Any]
    first: bool


class AnswerOnce:
    """Answers questions by their request ids, over all processes."""

    def __init__(self, db: Database, bucket: Bucket, clock: BusinessClock) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def answer(self, question: Question, *, until: float) -> Said:
        """The answer by `until` (the loop's time) and hardly later, whatever happens. Raises nothing."""
        try:
            if asyncio.get_running_loop().time() >= until:
                raise TimeoutError("Other tools of the same message took all the time.")
            return await self._in_time(self._answer(question, until), until + _STORE)
        except Exception as error:
            self._tell(question, error)
            return await self._excuse(question, error, until)

    async def _answer(self, question: Question, until: float) -> Said:
        arrival = question.arrival
        async with self._room, self._db.transaction(self._bucket, wait=_CONNECTION) as tx:
            now = self._clock.now()
            begun = await answered.begin(tx, arrival, question.parameters, now)
            if begun.response is not None:
                return Said(begun.response, first=False)
            client = await client_called(tx, arrival.item.our_address)
            content, failure = await self._try(tx, question, client, until)
            await answered.finish(tx, arrival.item.request_id, content)
            if begun.first:
                answered.archive(tx, arrival, client.id if client is not None else None, failure, now)
        return Said(content, begun.first)

    async def _try(
        self, tx: Tx, question: Question, client: Client | None, until: float
    ) -> tuple[Mapping[str, Any], str | None]:
        """The answer, and why it is only an excuse; what was written for it stays only where it is none.

        The work writes behind a savepoint and through a Tx of its own: nothing that it has put goes out later.
        """
        for again in (True, False):
            inner = Tx(tx.connection)
            try:
                async with asyncio.timeout_at(until), tx.connection.transaction():
                    content = await question.work(inner, client)
                    await inner.flush()
                    return content, None
            except CannotDo as refused:
                return question.refusal(str(refused)), None
            except Exception as error:
                if is_gone(error) or tx.connection.closed:
                    raise
                if lost_a_race(error) and again:
                    continue
                self._tell(question, error)
                return question.excuse, f"{type(error).__name__}: {error}"
        raise AssertionError("the second try returns")

    async def _excuse(self, question: Question, error: Exception, until: float) -> Said:
        """The excuse, stored as the answer if the database takes it; unless an answer was stored meanwhile."""

        async def store() -> Said:
            arrival, now = question.arrival, self._clock.now()
            async with self._db.transaction(self._bucket, wait=_EXCUSE) as tx:
                begun = await answered.begin(tx, arrival, question.parameters, now)
                if begun.response is not None:
                    return Said(begun.response, first=False)
                await answered.finish(tx, arrival.item.request_id, question.excuse)
                if begun.first:
                    answered.archive(tx, arrival, None, f"{type(error).__name__}: {error}", now)
            return Said(question.excuse, begun.first)

        last = until + _STORE + _EXCUSE
        if not is_gone(error) and asyncio.get_running_loop().time() < last:
            try:
                return await self._in_time(store(), last)
            except Exception as another:
                log.warning("excuse_not_stored", request_id=question.arrival.item.request_id, error=str(another))
        return Said(question.excuse, first=True)

    async def _in_time(self, work: Coroutine[Any, Any, T], until: float) -> T:
        """The result of `work`, or TimeoutError: also where it cannot even be cancelled, as on a dead connection."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        done, _ = await asyncio.wait({task}, timeout=max(0.0, until - loop.time()))
        if not done:
            task.cancel()
            raise TimeoutError("The answer was not ready in time.")
        if task.cancelled():  # from within, by the work itself: nobody else has hold of it
            raise RuntimeError("The work cancelled itself.")
        return task.result()

    def _finish(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen here where nobody waits for it any more

    def _tell(self, question: Question, error: Exception) -> None:
        item = question.arrival.item
        if is_gone(error):
            log.warning("answer_without_database", request_id=item.request_id, error=str(error))
            return
        asked = {"request_id": item.request_id, "function": item.function_name}
        if isinstance(error, TimeoutError):
            log.error("answer_not_in_time", **asked, why=str(error) or "the work took too long")
            return
        log.error("answer_failed", **asked, error=str(error), error_type=type(error).__name__, exc_info=error)
        report(error, component="answer", **asked)
