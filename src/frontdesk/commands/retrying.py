"""`frontdesk events simulate-retry`: the last webhook of a conversation once more, and what was blocked."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from frontdesk.commands.chosen import actor
from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, say, spoken
from frontdesk.commands.running import settings_of_role
from frontdesk.db.pool import PUBLIC
from frontdesk.desk import Desk
from frontdesk.errors import Overloaded, SetupError
from frontdesk.settings import Settings
from frontdesk.steps.receive import Receiver
from frontdesk.steps.simulate_retry import Retried, simulate_retry

__all__ = ["simulate_webhook_retry"]

ConversationId = Annotated[int, typer.Argument(metavar="CONVERSATION", help="Its number, as its page shows it.")]


def simulate_webhook_retry(context: typer.Context, conversation_id: ConversationId, as_json: AsJson = False) -> None:
    """Deliver a conversation's last webhook again through the real path, and tell what was blocked.

    Exits with 1 where it changed anything.
    """
    done = asyncio.run(_simulate(quiet_settings(context, "error"), conversation_id))
    if as_json:
        print_json({**asdict(done), "changed_nothing": done.changed_nothing})
    else:
        _report(done)
    if not done.changed_nothing:
        raise typer.Exit(1)


def _report(done: Retried) -> None:
    say(f"Delivered {done.webhook_type} {done.request_id} once more.")
    if not done.handled:
        say("Its id was forgotten, and no worker took it up within ten seconds: see `frontdesk status`.")
    elif done.changed_nothing:
        say(
            f"Blocked {done.duplicates_blocked} of {spoken(done.items, 'item')}: "
            f"{spoken(done.before.sends, 'message')} before and after, nothing was said twice."
        )
    else:
        say(f"It changed something: {done.before.sends} messages before, {done.after.sends} after. Please report this.")


async def _simulate(settings: Settings, conversation_id: int) -> Retried:
    settings, _ = settings_of_role(settings)
    async with reading(settings) as here:
        desk = Desk(settings, here.db.dsn)  # for its providers alone: nothing is migrated and no loop is started
        desk.use_providers(public_base=None)
        receiver = Receiver(here.db, PUBLIC, here.clock, here.clock)
        parts = (here.db, PUBLIC, here.clock, desk.registry, receiver)
        try:
            return await simulate_retry(*parts, conversation_id, actor=actor())
        except Overloaded as error:
            raise SetupError(f"{error} See that PostgreSQL runs, then try again.") from error
        finally:
            for provider in desk.registry.providers.values():
                await provider.aclose()
