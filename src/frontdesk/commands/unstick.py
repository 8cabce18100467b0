"""`frontdesk events retry | park`: a lane that waits goes on, with its first event or without it."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from frontdesk.commands.chosen import actor
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, say
from frontdesk.db.pool import PUBLIC
from frontdesk.settings import Settings
from frontdesk.steps.unstick import Unstuck, park, retry

__all__ = ["EventId", "park_event", "retry_event"]

EventId = Annotated[int, typer.Argument(metavar="ID", help="The number in the first column of the list.")]


def retry_event(context: typer.Context, event_id: EventId, as_json: AsJson = False) -> None:
    """End the back-off or the hold of an event's lane, so that its first event is tried again at once."""
    done = asyncio.run(_retry(quiet_settings(context), event_id))
    if as_json:
        print_json({**asdict(done), "done_by": actor()})
        return
    say(f"The lane of event {event_id} is ready again; a running worker takes it up within seconds.")
    if done.first_event_id != event_id:
        say(f"Event {done.first_event_id} stands first in it, and is tried first.")
    if done.lane_was == "held":
        say(
            "It was held for a person. If this try fails too, it is held again: "
            f"`frontdesk events park {done.first_event_id}` lets the lane go on without the event."
        )


async def _retry(settings: Settings, event_id: int) -> Unstuck:
    async with reading(settings) as desk:
        return await retry(desk.db, PUBLIC, desk.clock, desk.clock, event_id, actor=actor())


def park_event(context: typer.Context, event_id: EventId, as_json: AsJson = False) -> None:
    """Move the first event of a held or backed-off lane to the dead letters, so that its lane goes on without it."""
    done = asyncio.run(_park(quiet_settings(context), event_id))
    if as_json:
        print_json({**asdict(done), "done_by": actor()})
        return
    say(f"Event {event_id} is a dead letter now, and its lane goes on without it.")
    say(f"When its cause is mended: `frontdesk events replay {event_id}`.")


async def _park(settings: Settings, event_id: int) -> Unstuck:
    async with reading(settings) as desk:
        return await park(desk.db, PUBLIC, desk.clock, desk.clock, event_id, actor=actor())
