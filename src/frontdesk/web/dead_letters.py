"""Dead letters in the API: listed, grouped, replayed, dismissed. Every write is recorded with the name of its token."""

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request

from frontdesk.desk import Desk
from frontdesk.inbox import dead_letters as letters
from frontdesk.inbox.model import Selection
from frontdesk.steps import replay as steps
from frontdesk.web import views
from frontdesk.web.dead_letter_shapes import (
    DeadLetter,
    DeadLetterGroup,
    DeadLetterGroups,
    DeadLetterOrder,
    DeadLetterOutcome,
    ReplayOrder,
)
from frontdesk.web.paging import After, Limit, after, listing
from frontdesk.web.problems import RESPONSES
from frontdesk.web.shapes import Listing

__all__ = ["REFUSALS", "Key", "add_dead_letters"]


def _refusal(description: str) -> dict[str, Any]:
    return {**RESPONSES["default"], "description": description}


REFUSALS: dict[int | str, dict[str, Any]] = {
    404: _refusal("There is no such event."),
    409: _refusal("It cannot be done as things stand; nothing was done."),
    422: _refusal("The Idempotency-Key came with another request before; nothing was done."),
}
"""What an act may answer besides its result."""

_REFUSALS = {status: answer for status, answer in REFUSALS.items() if status != 404}

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="your name for this request; sent again with the same, it answers what was done and does nothing",
    ),
]
_Type = Annotated[str | None, Query(alias="type", description="only of this webhook type")]
_Fingerprint = Annotated[str | None, Query(description="only what died of this")]

_AT_ONCE = 20  # transactions in which a request puts letters back; the scheduler does the rest


def add_dead_letters(router: APIRouter, desk: Desk) -> None:
    """Everything below /api/admin/dead-letters."""

    @router.get("/dead-letters")
    async def dead_letters(
        limit: Limit = 50, cursor: After = None, fingerprint: _Fingerprint = None, webhook_type: _Type = None
    ) -> Listing[DeadLetter]:
        """Events that no retry could help and that nobody replayed or dismissed yet, the one that died last first."""
        selection = Selection(fingerprint=fingerprint, webhook_type=webhook_type)
        async with views.reading(desk) as tx:
            rows = await views.dead_letters(tx, after(cursor), limit + 1, selection)
        return listing(DeadLetter, rows, limit, "died_at")

    @router.get("/dead-letters/groups")
    async def dead_letter_groups(
        limit: Limit = 50, fingerprint: _Fingerprint = None, webhook_type: _Type = None
    ) -> DeadLetterGroups:
        """Open dead letters by what they died of, the largest group first."""
        selection = Selection(fingerprint=fingerprint, webhook_type=webhook_type)
        async with views.reading(desk) as tx:
            rows = await letters.groups(tx, selection, limit=limit)
        first = rows[0] if rows else None
        return DeadLetterGroups(
            items=[DeadLetterGroup.model_validate(row) for row in rows],
            groups=first.groups_in_all if first else 0,
            letters=first.letters_in_all if first else 0,
            scheduled=first.scheduled_in_all if first else 0,
        )

    @router.post("/dead-letters/replay", responses=_REFUSALS)
    async def replay(request: Request, order: ReplayOrder, key: Key = None) -> DeadLetterOutcome:
        """Put dead letters back into their lanes, at their old places; nobody is texted twice by it.

        Those that are scheduled already keep their times and do not count.
        """
        if order.dry_run:
            return await _would(desk, request, order, scheduled=False)
        done = await steps.replay(
            desk.db, desk.bucket, desk.clock, _order(request, order, key), rate=order.rate_per_second
        )
        for _ in range(_AT_ONCE if done.replayed else 0):
            if not await steps.put_back_due(desk.db, desk.bucket, desk.clock, desk.lease_clock, paced=False):
                break
        return _done(request, done)

    @router.post("/dead-letters/cancel-replay", responses=_REFUSALS)
    async def cancel_replay(request: Request, order: DeadLetterOrder, key: Key = None) -> DeadLetterOutcome:
        """Take letters from the schedule; what is not back yet stays a dead letter."""
        if order.dry_run:
            return await _would(desk, request, order, scheduled=True)
        done = await steps.cancel_replay(desk.db, desk.bucket, desk.clock, _order(request, order, key))
        return _done(request, done)

    @router.post("/dead-letters/dismiss", responses=_REFUSALS)
    async def dismiss(request: Request, order: DeadLetterOrder, key: Key = None) -> DeadLetterOutcome:
        """Close dead letters about which nothing is to be done; their events stay in the archive."""
        if order.dry_run:
            return await _would(desk, request, order, scheduled=None)
        done = await steps.dismiss(desk.db, desk.bucket, desk.clock, _order(request, order, key))
        return _done(request, done)


async def _would(desk: Desk, request: Request, order: DeadLetterOrder, *, scheduled: bool | None) -> DeadLetterOutcome:
    selection = replace(_selection(order), scheduled=scheduled)
    groups = await steps.would_match(desk.db, desk.bucket, selection, limit=1)
    matched = groups[0].letters_in_all if groups else 0
    return _done(request, steps.Done(matched), dry_run=True)


def _order(request: Request, order: DeadLetterOrder, key: str | None) -> steps.Order:
    return steps.Order(_selection(order), request.state.who, order.expected_count, key)


def _selection(order: DeadLetterOrder) -> Selection:
    try:
        return order.selection()
    except ValueError as error:
        raise HTTPException(400, str(error)) from error


def _done(request: Request, done: steps.Done, *, dry_run: bool = False) -> DeadLetterOutcome:
    return DeadLetterOutcome(**asdict(done), dry_run=dry_run, done_by=request.state.who)
