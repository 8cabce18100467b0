"""Group commit: items that arrive while a commit is under way share the next one.

There is no fixed wait: on an idle desk an item is committed at once, alone. Each caller hears of its own item only,
and only after the commit.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from frontdesk.errors import Overloaded

__all__ = ["GroupCommit"]

T = TypeVar("T")
R = TypeVar("R")


class GroupCommit(Generic[T, R]):
    """`work` takes a batch in one transaction and returns one result per item, in order.

    What waits is spread over the batches that may still be `in_flight`, down to `smallest` items each: while the
    database works on one, the next is made ready, instead of all waiting for one another.

    When a batch fails for a reason that may lie in one item (`singly(error)` is true), its items are tried one by
    one, so that a bad one fails alone. Else all of them hear the error.
    """

    def __init__(
        self,
        work: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        largest: int,
        waiting: int,
        in_flight: int = 1,
        smallest: int = 8,
        patience: float | None = None,
        singly: Callable[[Exception], bool] = lambda error: True,
    ) -> None:
        self._work = work
        self._largest = largest
        self._smallest = smallest
        self._limit = waiting
        self._in_flight = in_flight
        self._patience = patience
        self._singly = singly
        self._queue: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._draining = 0
        self._committing = 0
        self._tasks: set[asyncio.Task[None]] = set()  # asyncio itself holds running tasks only weakly

    @property
    def waiting(self) -> int:
        """How many items wait for a batch."""
        return len(self._queue)

    async def submit(self, item: T) -> R:
        """Put `item` into the next batch and return its result once that is committed.

        Raises Overloaded at once when too many items wait, TimeoutError when there is no result after `patience`
        seconds (it may yet be committed), and whatever `work` raised for this item.
        """
        if len(self._queue) >= self._limit:
            raise Overloaded("Too much is waiting to be stored; please send it again in a moment.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._queue.append((item, future))
        if self._draining < self._in_flight:
            self._draining += 1
            task = loop.create_task(self._drain())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._patience is None:
            return await future
        # By hand what asyncio.timeout does, at a third of its cost: this is on the way of every webhook.
        impatient = loop.call_later(self._patience, _give_up, future)
        try:
            return await future
        finally:
            impatient.cancel()

    async def _drain(self) -> None:
        # Counted down in the same breath as the queue is found empty: a done callback runs later, and what is submitted
        # in between would wait for a task that has ended.
        try:
            while self._queue:
                share = -(-len(self._queue) // (self._in_flight - self._committing))
                size = min(self._largest, max(self._smallest, share), len(self._queue))
                batch = [self._queue.popleft() for _ in range(size)]
                self._committing += 1
                try:
                    await self._commit(batch)
                finally:
                    self._committing -= 1
        finally:
            self._draining -= 1

    async def _commit(self, batch: Sequence[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._work([item for item, _ in batch])
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and asyncio.current_task().cancelling():  # type: ignore[union-attr]
                for _, future in batch:
                    future.cancel()
                raise  # the process stops; else it came out of an item's own work, and is that item's error
            if len(batch) > 1 and (isinstance(error, asyncio.CancelledError) or self._singly(error)):
                for one in batch:
                    await self._commit([one])
                return
            told = RuntimeError("Cancelled from within.") if isinstance(error, asyncio.CancelledError) else error
            for _, future in batch:
                if not future.done():
                    future.set_exception(told)
            return
        for (_, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)


def _give_up(future: asyncio.Future[R]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())
