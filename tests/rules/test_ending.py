"""A loop's task ends, also one in which a cancellation was swallowed."""

import asyncio

from frontdesk.loop import ended


def test_a_task_that_swallows_a_cancellation_is_cancelled_again() -> None:
    async def stubborn() -> None:
        for _ in range(3):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue  # as a library does whose own error takes its place
        await asyncio.sleep(3600)

    async def story() -> None:
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(0)
        await asyncio.wait_for(ended(task, cancel=True, again_after=0.01), 10)
        assert task.cancelled()

    asyncio.run(story())


def test_a_task_that_ends_by_itself_is_waited_for_and_not_cancelled() -> None:
    async def story() -> None:
        task = asyncio.create_task(asyncio.sleep(0.05))
        await ended(task, cancel=False)
        assert not task.cancelled()

    asyncio.run(story())
