"""Group commit: together, each answered alone, one bad item alone, no item forgotten."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from frontdesk.errors import Overloaded
from frontdesk.groupcommit import GroupCommit


def within_a_second(story: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(5):
            await story()

    asyncio.run(run())


class Recorder:
    """Doubles numbers, and keeps what came together. A negative one spoils its batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def __call__(self, batch: Sequence[int]) -> list[int]:
        self.batches.append(list(batch))
        await asyncio.sleep(0.001)
        if any(item < 0 for item in batch):
            raise ValueError("negative")
        return [2 * item for item in batch]


@pytest.mark.parametrize("in_flight", [1, 2])
def test_an_item_submitted_as_the_last_batch_ends_is_taken(in_flight: int) -> None:
    async def story() -> None:
        group: GroupCommit[int, int] = GroupCommit(Recorder(), largest=4, waiting=10, in_flight=in_flight)
        for item in range(20):  # the next is submitted in the very moment in which the one before is answered
            assert await group.submit(item) == 2 * item

    within_a_second(story)


def test_what_arrives_during_a_commit_shares_the_next() -> None:
    async def story() -> None:
        recorder = Recorder()
        group: GroupCommit[int, int] = GroupCommit(recorder, largest=64, waiting=100)
        assert await asyncio.gather(*(group.submit(n) for n in range(50))) == [2 * n for n in range(50)]
        assert len(recorder.batches) <= 2

    within_a_second(story)


def test_a_bad_item_fails_alone() -> None:
    async def story() -> None:
        group: GroupCommit[int, int] = GroupCommit(Recorder(), largest=64, waiting=100)
        results = await asyncio.gather(*(group.submit(n) for n in (1, -1, 3)), return_exceptions=True)
        assert results[0] == 2
        assert isinstance(results[1], ValueError)
        assert results[2] == 6

    within_a_second(story)


def test_what_concerns_all_fails_all_at_once() -> None:
    async def story() -> None:
        recorder = Recorder()
        group: GroupCommit[int, int] = GroupCommit(recorder, largest=64, waiting=100, singly=lambda error: False)
        results = await asyncio.gather(*(group.submit(n) for n in (-1, 2, 3)), return_exceptions=True)
        assert all(isinstance(result, ValueError) for result in results)
        assert len(recorder.batches) == 1

    within_a_second(story)


def test_more_than_may_wait_is_refused_at_once() -> None:
    async def story() -> None:
        group: GroupCommit[int, int] = GroupCommit(Recorder(), largest=1, waiting=3)
        results = await asyncio.gather(*(group.submit(n) for n in range(10)), return_exceptions=True)
        assert sum(isinstance(result, Overloaded) for result in results) == 7

    within_a_second(story)


def test_a_caller_that_gives_up_harms_nobody() -> None:
    async def story() -> None:
        group: GroupCommit[int, int] = GroupCommit(Recorder(), largest=64, waiting=100)
        impatient = asyncio.create_task(group.submit(1))
        await asyncio.sleep(0)
        impatient.cancel()
        assert await group.submit(2) == 4
        assert await group.submit(3) == 6

    within_a_second(story)
