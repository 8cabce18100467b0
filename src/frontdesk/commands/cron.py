"""`frontdesk cron`: what the scheduler does by itself, for a crontab or by hand."""

import asyncio
from dataclasses import asdict
from typing import Any

import typer
from rich.console import Console

from frontdesk.commands.database import reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_json, say, spoken
from frontdesk.db.pool import PUBLIC
from frontdesk.settings import Settings
from frontdesk.steps.follow_up import FollowedUp, follow_up
from frontdesk.steps.monitor import Monitor, Monitored
from frontdesk.steps.retire import Retired, retire

__all__ = ["cron"]

cron = typer.Typer(
    no_args_is_help=True, help="Jobs that the scheduler does by itself; safe to run at any time, twice or at once."
)


@cron.command("cleanup-webhooks")
def cleanup_webhooks(context: typer.Context, as_json: AsJson = False) -> None:
    """Remove expired request ids and old webhooks, in small steps that a running desk does not notice."""
    settings = quiet_settings(context, "error")
    with Console(stderr=True).status("Cleaning up"):
        done = asyncio.run(_clean(settings))
    if as_json:
        print_json(_as_data(done))
        return
    if done.batches:
        say(
            f"Removed {spoken(done.deleted_request_ids, 'expired request id')} and "
            f"{spoken(done.deleted_old_events, 'old webhook')} in {spoken(done.batches, 'batch', 'batches')}; "
            f"the longest took {done.longest_batch_ms:g} ms."
        )
    else:
        say("Nothing is due: no request id has expired.")
    if done.dropped_partitions:
        say(f"Dropped {spoken(len(done.dropped_partitions), 'week')}: {', '.join(done.dropped_partitions)}.")
    for week in done.kept_partitions:
        say(f"Week {week.week} is kept: {week.why}.")


@cron.command("process-followups")
def process_followups(context: typer.Context, as_json: AsJson = False) -> None:
    """Put the follow-up texts that are due, and close the leads whose time is over."""
    settings = quiet_settings(context, "error")
    with Console(stderr=True).status("Following up"):
        done = asyncio.run(_follow_up(settings))
    if as_json:
        print_json(asdict(done))
        return
    say(
        f"Put {spoken(done.put, 'follow-up text')} into the outbox; {spoken(done.ended, 'lead')} left a sequence, and "
        f"{spoken(done.closed_leads, 'lead')} closed as lost, since their time was over."
    )


@cron.command("monitor")
def monitor(context: typer.Context, as_json: AsJson = False) -> None:
    """Look who is stuck, what must never be and what does not work, and tell of it; 1 where a part failed."""
    settings = quiet_settings(context, "warning")
    with Console(stderr=True).status("Looking"):
        done = asyncio.run(_monitor(settings))
    if as_json:
        said = asdict(done)
        del said["grave"]  # told by `clean`
        print_json({**said, "clean": done.clean})
    else:
        _say(done)
    if done.failed:
        raise typer.Exit(1)


def _say(done: Monitored) -> None:
    if done.watched is not None:
        say(f"{spoken(done.watched.stuck, 'client')} stuck (`frontdesk stuck`).")
    say(f"Does not work: {', '.join(done.troubles)}." if done.troubles else "Everything works.")
    say(
        f"Must never be: {', '.join(done.violations)} (`frontdesk doctor` shows the rows)."
        if done.violations
        else "Every promise holds."
    )
    if done.failed:
        say(f"Not looked at, since it failed: {', '.join(done.failed)}. The log says why.")


async def _monitor(settings: Settings) -> Monitored:
    async with reading(settings) as desk:
        return await Monitor(desk.db, PUBLIC, desk.clock, desk.clock, settings).run()


async def _follow_up(settings: Settings) -> FollowedUp:
    async with reading(settings) as desk:
        return await follow_up(desk.db, PUBLIC, desk.clock, settings)


async def _clean(settings: Settings) -> Retired:
    async with reading(settings) as desk:
        return await retire(desk.db, PUBLIC, desk.clock, settings.retention)


def _as_data(done: Retired) -> dict[str, Any]:
    """A pass under the names of the HTTP answer."""
    names = ("partition", "week", "waiting", "open_dead_letters", "why")
    kept = [{name: getattr(week, name) for name in names} for week in done.kept_partitions]
    return {**asdict(done), "kept_partitions": kept}
