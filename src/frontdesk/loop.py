"""The one loop: a step answers how many rows it moved, and the loop rests only at zero."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import structlog

__all__ = ["Wake", "ended", "run_loop"]

log = structlog.get_logger(__name__)


class Wake:
    """A bell that shortens a rest; ringing it early or twice does no harm."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """End the present rest, or the next one at once."""
        self._event.set()

    async def rest(self, seconds: float) -> None:
        """Wait for the bell, at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            pass
        self._event.clear()


async def run_loop(
    name: str,
    step: Callable[[], Awaitable[int]],
    *,
    wake: Wake,
    rest: float | Callable[[], float],
    stop: asyncio.Event,
    after_error: float = 1.0,
    on_error: Callable[[Exception], None] | None = None,
    passes: Callable[[Exception], bool] = lambda error: False,
) -> None:
    """Call `step` until `stop` is set; rest about `rest` seconds (jittered by a fifth) when it moved nothing.

    An error never ends the loop: it is logged and given to `on_error`, and the loop rests `after_error` seconds. One
    that `passes` by itself (the database is away) is one line in the log and no more.
    Whoever sets `stop` rings `wake` too.
    """
    while not stop.is_set():
        try:
            moved = await step()
        except Exception as error:
            if passes(error):
                log.warning("loop_waits", loop=name, why=str(error))
            else:
                log.exception("loop_failed", loop=name)
                if on_error is not None:
                    on_error(error)
            await wake.rest(after_error * random.uniform(0.8, 1.2))  # noqa: S311  (jitter, not a secret)
            continue
        if moved == 0 and not stop.is_set():
            seconds = rest() if callable(rest) else rest
            await wake.rest(seconds * random.uniform(0.8, 1.2))  # noqa: S311


async def ended(task: asyncio.Task[None], *, cancel: bool, again_after: float = 1.0) -> None:
    """Wait for the end of a loop's task. With `cancel` it is cancelled, and again where that was swallowed on its way.

    A connection that is just being made turns a cancellation into an error of its own, and the loop would go on.
    """
    while not task.done():
        if cancel:
            task.cancel()
        await asyncio.wait([task], timeout=again_after if cancel else None)
