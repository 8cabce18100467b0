"""`frontdesk alerts`: what is wrong, why one was (not) told, and what people do about it."""

import asyncio
import time
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import uuid4

import typer

from frontdesk.alerts import acts, stats
from frontdesk.alerts.acts import Silence
from frontdesk.alerts.kinds import TEST
from frontdesk.alerts.model import ACK_LASTS
from frontdesk.alerts.replies import read_span
from frontdesk.commands.alert_shown import print_alert
from frontdesk.commands.chosen import actor
from frontdesk.commands.database import Reading, reading
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, ago, as_rows, print_json, print_lines, print_table, say
from frontdesk.db.pool import PUBLIC
from frontdesk.effects import Alert, Severity
from frontdesk.errors import NotPossible, NotThere, SetupError
from frontdesk.settings import Settings
from frontdesk.steps import alert_acts
from frontdesk.steps.raise_alert import raise_alert
from frontdesk.web.alert_shapes import AlertRow
from frontdesk.web.alerts import stats_shape

__all__ = ["alerts"]

alerts = typer.Typer(no_args_is_help=True, help="Alerts: list, look, test the way to you, acknowledge, silence.")

AlertId = Annotated[int, typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Its id, as the list shows it.")]
_TEST_TAKES = 30.0  # seconds
_LITTLE = 5.0  # seconds, where no channel is known here


class State(StrEnum):
    """Which alerts are listed."""

    OPEN = "open"
    OVER = "over"
    ALL = "all"


@alerts.command("list")
def list_alerts(
    context: typer.Context,
    state: Annotated[State, typer.Option("--state", help="Those that hold, that are over, or all.")] = State.OPEN,
    severity: Annotated[
        Severity | None, typer.Option("--severity", case_sensitive=False, help="Only of this severity.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many, the newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List alerts, the last opened first, with how each stands."""
    wanted = None if state is State.ALL else state.value
    rows = asyncio.run(_list(quiet_settings(context), wanted, severity and severity.value, limit))
    if as_json:
        print_lines(row.model_dump() for row in rows)
        return
    print_table(
        "Alerts",
        ("Id#", "Opened", "Severity", "Type", "Title", "Raised#", "Code#", "How it stands"),
        [
            (r.id, r.opened_at, r.severity, r.alert_type, r.title, r.raised_count, r.code, r.standing)
            for r in rows
        ],
        "nothing is wrong" if state is State.OPEN else "none",
    )  # fmt: skip


async def _list(settings: Settings, state: str | None, severity: str | None, limit: int) -> list[AlertRow]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        rows = await acts.list_alerts(tx, limit=limit, state=state, severity=severity)
        return [AlertRow.model_validate(row) for row in rows]


@alerts.command("show")
def show(context: typer.Context, alert_id: AlertId, as_json: AsJson = False) -> None:
    """Show one alert: each raise with its decision, and what became of its messages."""
    row, raises, deliveries = asyncio.run(_show(quiet_settings(context), alert_id))
    if as_json:
        print_json({**row._asdict(), "raises": as_rows(raises), "deliveries": as_rows(deliveries)})
        return
    print_alert(row, raises, deliveries)


async def _show(settings: Settings, alert_id: int) -> tuple[Any, Any, Any]:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        row = await acts.find_alert(tx, alert_id)
        if row is None:
            raise NotThere(f"There is no alert {alert_id}: `frontdesk alerts list --state all` shows those there are.")
        return row, await acts.raises_of(tx, alert_id), await acts.deliveries_of(tx, alert_id)


@alerts.command("test")
def send_test(context: typer.Context, as_json: AsJson = False) -> None:
    """Send a test alert the way of a HIGH one, and wait until a channel confirms it; exit code 1 where none does."""
    settings = quiet_settings(context)
    began = time.monotonic()
    deliveries = asyncio.run(_test(settings))
    arrived = [one for one in deliveries if one.status == "delivered"]
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        print_json({"arrived": bool(arrived), "seconds": seconds, "deliveries": as_rows(deliveries)})
    else:
        for one in reversed(deliveries):
            say(f"{one.channel}: {one.status}{f' ({one.error})' if one.error else ''}")
    if not arrived:
        raise SetupError(_why_not(settings, deliveries))
    if not as_json:
        say(f"It arrived by {arrived[0].channel} in {seconds:g} s.")


def _why_not(settings: Settings, deliveries: Any) -> str:
    if not _ways(settings):
        return "Nobody can be told: set ADMIN_PHONE, SLACK_WEBHOOK_URL, or SMTP_URL and ALERT_EMAIL."
    if not deliveries:
        return "No process sends alerts: start `frontdesk up` (or a worker) with the same settings, then try again."
    return f"No channel confirmed it within {_TEST_TAKES:g} s: mend what the lines above name, then try again."


def _ways(settings: Settings) -> bool:
    """True where this command's settings know of a channel; the desk that runs may know of more."""
    mail = settings.smtp_url and settings.alert_email
    posted = settings.slack_webhook_url or settings.alert_webhook_url or settings.apprise_urls
    return bool(settings.admin_phone or mail or posted)


async def _test(settings: Settings) -> Any:
    key, deadline = uuid4().hex[:8], time.monotonic() + (_TEST_TAKES if _ways(settings) else _LITTLE)
    alert = Alert(TEST, key, Severity.HIGH, "This is a test", f"{actor()} tries the way to you. Nothing is wrong.")
    async with reading(settings) as desk:
        await raise_alert(desk.db, PUBLIC, desk.clock, alert)
        while True:
            deliveries = await _deliveries(desk, key)
            ended = any(one.status == "delivered" for one in deliveries)
            if ended or time.monotonic() > deadline:
                return deliveries
            await asyncio.sleep(0.2)


async def _deliveries(desk: Reading, key: str) -> Any:
    async with desk.db.transaction() as tx:
        rows = await acts.list_alerts(tx, limit=50, alert_type=TEST)
        found = next((row.id for row in rows if row.alert_key == key), None)
        return await acts.deliveries_of(tx, found) if found is not None else []


@alerts.command("ack")
def ack(
    context: typer.Context,
    alert_id: AlertId,
    hours: Annotated[float, typer.Option("--hours", min=0.1, max=720, help="Told again after that.")] = ACK_LASTS,
    handled: Annotated[bool, typer.Option("--handled", help="No time: told again only once it changes.")] = False,
    note: Annotated[str, typer.Option("--note", help="For the record.")] = "",
) -> None:
    """Take an alert in hand: it neither escalates nor is told again meanwhile."""
    how = {"hours": hours, "handled": handled, "note": note}
    before = asyncio.run(_ack(quiet_settings(context), alert_id, how))
    say(f"Alert {alert_id} is {'handled until it changes' if handled else f'acknowledged for {hours:g} h'}.")
    if before:
        say(f"It was with {before} before.")


async def _ack(settings: Settings, alert_id: int, how: dict[str, Any]) -> Any:
    async with reading(settings) as desk:
        done = await alert_acts.acknowledge(desk.db, PUBLIC, desk.clock, alert_id, actor=actor(), **how)
    return done.get("before")


@alerts.command("silence")
def silence(
    context: typer.Context,
    comment: Annotated[str, typer.Argument(help="Why; others will ask.")],
    span: Annotated[str, typer.Option("--for", help="How long: 30m, 2h, 3d. Never for ever.")] = "2h",
    alert_type: Annotated[str | None, typer.Option("--type", help="Only this type; without it, all alerts.")] = None,
    key: Annotated[str, typer.Option("--key", help="Only keys like this; * stands for anything.")] = "*",
    end: Annotated[int | None, typer.Option("--end", min=1, help="End this silence instead.")] = None,
) -> None:
    """Silence alerts for a time; what is still true at its end is told then."""
    settings = quiet_settings(context)
    if end is not None:
        asyncio.run(_end(settings, end))
        say(f"Silence {end} is over: what it held back and still holds is told now.")
        return
    try:
        lasts = read_span(span)
    except ValueError as error:
        raise typer.BadParameter(f"{error}.", param_hint="--for") from error
    made, ends = asyncio.run(_silence(settings, alert_type, key, comment, lasts))
    say(f"Silence {made} holds until {ends.astimezone():%Y-%m-%d %H:%M}. To end it: see `frontdesk alerts silences`.")


async def _silence(
    settings: Settings, alert_type: str | None, key: str, comment: str, lasts: timedelta
) -> tuple[int, Any]:
    async with reading(settings) as desk:
        now = desk.clock.now()
        wanted = Silence(alert_type, key, actor(), comment, now, now + lasts)
        return await alert_acts.silence(desk.db, PUBLIC, desk.clock, wanted, actor=actor()), wanted.ends_at


async def _end(settings: Settings, silence_id: int) -> None:
    async with reading(settings) as desk:
        try:
            await alert_acts.end_silence(desk.db, PUBLIC, desk.clock, silence_id, actor=actor())
        except NotThere as error:
            raise NotPossible(f"{error} `frontdesk alerts silences` lists them.") from error


@alerts.command("silences")
def silences(context: typer.Context, as_json: AsJson = False) -> None:
    """List the silences that hold or will, and those that ended within the week."""
    rows = asyncio.run(_silences(quiet_settings(context)))
    if as_json:
        print_lines(as_rows(rows))
        return
    print_table(
        "Silences",
        ("Id#", "Type", "Key", "From", "Until", "Open#", "By", "Why"),
        [
            (r.id, r.alert_type or "all", r.key_pattern, r.starts_at, r.ends_at, r.matches, r.author, r.comment)
            for r in rows
        ],
        "none holds",
    )  # fmt: skip
    if any(row.holds for row in rows):
        say('To end one: `frontdesk alerts silence "" --end ID`.')


async def _silences(settings: Settings) -> Any:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await acts.list_silences(tx, desk.clock.now())


@alerts.command("stats")
def show_stats(
    context: typer.Context,
    hours: Annotated[float, typer.Option("--hours", min=0.1, max=744, help="How far back.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Show the figures of the last hours, and whether the alerting itself is well."""
    found = stats_shape(asyncio.run(_stats(quiet_settings(context), hours)))
    if as_json:
        print_json(found.model_dump())
        return
    columns = ("raised", "sent", "suppressed", "silenced", "bundled", "delivered", "failed", "acknowledged")
    rows = [("all", found), *found.by_type.items(), *found.by_severity.items()]
    table = [(name, *(getattr(one, column) for column in columns)) for name, one in rows]
    print_table(f"Alerts of the last {hours:g} h", ("", *(f"{column}#" for column in columns)), table)
    if found.median_time_to_ack_seconds is not None:
        say(f"Acknowledged after {ago(found.median_time_to_ack_seconds)}, in the middle.")
    say("The alerting is well." if found.healthy else "\n".join(found.flags))


async def _stats(settings: Settings, hours: float) -> stats.Stats:
    async with reading(settings) as desk, desk.db.transaction() as tx:
        return await stats.read_stats(tx, desk.clock.now(), hours)
