"""`frontdesk events catch-up`: find what came in at the carrier and was brought by no webhook, and pass it on."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, say, spoken
from frontdesk.commands.running import settings_of_role
from frontdesk.db.pool import PUBLIC
from frontdesk.desk import Desk
from frontdesk.errors import Overloaded, SendError, SetupError
from frontdesk.settings import Settings
from frontdesk.steps.catch_up import CatchingUp, CaughtUp
from frontdesk.steps.receive import Receiver

__all__ = ["catch_up"]

_AGO = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}

Since = Annotated[
    str | None,
    typer.Option(help="From when on: 90m, 6h or 3d ago, or a time in UTC such as 2026-11-20T17:00 [the last pass]."),
]


def catch_up(context: typer.Context, since: Since = None, as_json: AsJson = False) -> None:
    """Pass on the texts that came in at the carrier while no webhook reached the desk; nothing is handled twice by it.

    The scheduler does the same by itself, every five minutes and when it starts.
    """
    settings = quiet_settings(context)
    passes = asyncio.run(_catch_up(settings, since))
    if as_json:
        print_json([_as_data(done) for done in passes])
        return
    for done in passes:
        _report(done)


async def _catch_up(settings: Settings, since: str | None) -> list[CaughtUp]:
    settings, _ = settings_of_role(settings)
    if since is None and not settings.catch_up_days:
        raise SetupError("CATCH_UP_DAYS is 0, so that there is no last pass to go on from: say --since when.")
    async with reading(settings) as here:
        begin = None if since is None else _moment(since, here.clock.now(), settings.retention.webhook_events_for)
        desk = Desk(settings, here.db.dsn)  # for its carrier alone: nothing is migrated and no loop is started
        desk.use_providers(public_base=None)
        receiver = Receiver(here.db, PUBLIC, here.clock, here.clock)
        catching_up = CatchingUp(here.db, PUBLIC, here.clock, desk.registry, receiver, settings)
        try:
            return [await catching_up.catch_up(provider, begin) for provider in catching_up.providers()]
        except (SendError, Overloaded) as error:
            raise SetupError(f"{error} What was passed on before stays so: mend that, then run this again.") from error
        finally:
            for provider in desk.registry.providers.values():
                await provider.aclose()


def _moment(text: str, now: datetime, kept: timedelta) -> datetime:
    """The moment that a person means by `text`. Raises BadParameter for none, a future one, one before the archive."""
    if match := _AGO.fullmatch(text.strip()):
        moment = now - timedelta(**{_UNITS[match[2]]: int(match[1])})
    else:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise typer.BadParameter(f"{text!r} is no time: write 6h, 3d or 2026-11-20T17:00.") from error
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment > now:
        raise typer.BadParameter(f"{text!r} has not come yet.")
    if moment < now - kept:
        # What was handled so long ago is forgotten, and would be handled again.
        raise typer.BadParameter(f"{text!r} is before the {kept.days} days for which webhooks are kept.")
    return moment


def _report(done: CaughtUp) -> None:
    since, until = (f"{moment:%Y-%m-%d %H:%M:%S} UTC" for moment in (done.since, done.until))
    say(f"{done.provider.capitalize()} lists {spoken(done.listed, 'inbound message')} from {since} to {until}:")
    say(f"  {done.known:>6,} known: their webhooks, or an earlier pass, brought them")
    say(f"  {done.passed:>6,} missing and passed on; a running worker takes them up within seconds")
    if done.not_ours:
        say(f"  {done.not_ours:>6,} left alone: to numbers on which no client is served, or was not then")
    if done.refused:
        say(f"  {done.refused:>6,} not understood: the log above names them")


def _as_data(done: CaughtUp) -> dict[str, object]:
    counts = {"listed": done.listed, "known": done.known, "passed": done.passed}
    left = {"not_ours": done.not_ours, "refused": done.refused}
    return {"provider": done.provider, "since": done.since, "until": done.until, **counts, **left}
