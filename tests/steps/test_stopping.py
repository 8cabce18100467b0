"""A desk that is told to stop stops, also in the moment in which it starts."""

import asyncio

from frontdesk.testing import running_desk


def test_a_desk_stops_in_whatever_moment_of_its_start(dsn: str) -> None:
    """A connection that is being made turns a cancellation into an error: the listener went on listening for ever."""

    async def once(after: float) -> None:
        async with running_desk(dsn):
            await asyncio.sleep(after)

    async def story() -> None:
        for after in (0.01, 0.0, 0.005, 0.015, 0.02, 0.01, 0.03, 0.002):
            running = asyncio.create_task(once(after))
            done, _ = await asyncio.wait([running], timeout=30)
            assert done, f"it hangs when it is stopped {after} s after its start"
            running.result()

    asyncio.run(story())
