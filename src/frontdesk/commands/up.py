"""`frontdesk up`: everything in one process, ready to be tried without any account."""

import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Annotated

import typer

from frontdesk.commands.account import NUMBER, ONBOARDING, POOL, forget_running, open_account, simulated, write_running
from frontdesk.commands.children import Children
from frontdesk.commands.database import opened
from frontdesk.commands.given import settings_of
from frontdesk.commands.printing import say
from frontdesk.commands.running import open_desk, run, started, until_asked
from frontdesk.commands.serving import local_url, served, take_port
from frontdesk.commands.stopping import Stopping
from frontdesk.db.embedded import hold_exclusively
from frontdesk.desk import Desk
from frontdesk.providers.twilio_webhooks import RETRY_FRAGMENT
from frontdesk.settings import Settings
from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.server import serve as serve_carrier
from frontdesk.web.app import build_app
from frontdesk.web.auth import check_exposure

__all__ = ["up"]

_SECRETS = (
    "TWILIO_AUTH_TOKEN",
    "WHATSAPP_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
    "VAPI_SECRET",
    "STRIPE_WEBHOOK_SECRET",
    "DIALPAD_WEBHOOK_SECRET",
    "SLACK_WEBHOOK_URL",
    "SMTP_URL",
    "ALERT_WEBHOOK_SECRET",
)
"""Given to worker processes by value: they may come from files that only this process may read."""

Workers = Annotated[int, typer.Option("--workers", min=0, max=64, help="Worker processes beside this one.")]


def up(context: typer.Context, workers: Workers = 0) -> None:
    """Run it all: HTTP, worker, scheduler, a PostgreSQL of its own and, without Twilio, a simulated carrier."""
    settings = settings_of(context)
    check_exposure(settings)
    with hold_exclusively(settings.data_dir):
        run(lambda stopping: _up(settings, workers, stopping))


async def _up(settings: Settings, workers: int, stopping: Stopping) -> None:
    async with AsyncExitStack() as house:
        listener = house.enter_context(contextlib.closing(take_port(settings.host, settings.port)))
        database = await stopping.begin(house, "PostgreSQL", opened(settings, watch=True))
        stopping.at_once.append(database.let_go)
        url = local_url(listener)
        carrier, settings = await _carrier(house, stopping, settings, url)
        base = settings.public_url.rstrip("/") if settings.public_url else (url if carrier else None)
        desk = await stopping.begin(house, "the desk", open_desk(settings, database.dsn, base))
        if carrier is not None:
            await desk.fill_pool(POOL)
        await stopping.begin(house, "the loops", started(desk.service("serve", "worker", "scheduler")))
        await stopping.begin(house, "the workers", _children(workers, desk, base, stopping))
        http = await stopping.begin(house, "HTTP", served(build_app(desk, simulation=carrier), listener))
        house.enter_context(_told(settings, listener, carrier))
        await until_asked(stopping, http)


async def _carrier(
    house: AsyncExitStack, stopping: Stopping, settings: Settings, url: str
) -> tuple[Carrier | None, Settings]:
    """The simulator, started, and settings that lead to it; (None, the same) with an account of one's own."""
    if not settings.simulated:
        return None, settings
    sid, token = open_account(settings.data_dir)
    numbers = [settings.twilio_number or NUMBER, settings.onboarding_number or ONBOARDING, *POOL]
    carrier = Carrier(sid, token, numbers=list(dict.fromkeys(numbers)))
    base = await stopping.begin(house, "the simulator", _simulator(carrier))
    return carrier, simulated(settings, base, url)


@contextlib.asynccontextmanager
async def _simulator(carrier: Carrier) -> AsyncIterator[str]:
    try:
        async with serve_carrier(carrier) as base:
            yield base
            await carrier.aclose()  # first: its receipts would find our own port closed
    finally:
        await carrier.aclose()


@contextlib.asynccontextmanager
async def _children(workers: int, desk: Desk, base: str | None, stopping: Stopping) -> AsyncIterator[None]:
    children = Children(workers, _environment(desk, base))
    stopping.at_once.append(children.kill)
    children.start()
    try:
        yield
    finally:
        await children.stop()


def _environment(desk: Desk, base: str | None) -> dict[str, str]:
    """What a child must know to work on the same database through the same carrier."""
    settings = desk.settings
    secrets = {name: getattr(settings, name.lower()) for name in _SECRETS}
    values = {
        "DATABASE_URL": desk.db.dsn,
        "DATA_DIR": str(settings.data_dir.resolve()),
        "LOG_FORMAT": settings.log_format,
        "LOG_LEVEL": settings.log_level,
        "PUBLIC_URL": base,
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        **{name: secret.get_secret_value() if secret else None for name, secret in secrets.items()},
        "TWILIO_API_BASE": settings.twilio_api_base,
        "TWILIO_NUMBER": settings.twilio_number,
        "ONBOARDING_NUMBER": settings.onboarding_number,
        "ONBOARDING__PAYMENT_LINK": settings.onboarding.payment_link,
        "WHATSAPP_PHONE_NUMBER_ID": settings.whatsapp_phone_number_id,
        "WHATSAPP_API_BASE": settings.whatsapp_api_base,
        "DIALPAD_ALLOW_UNSIGNED": "true" if settings.dialpad_allow_unsigned else None,
        "ADMIN_PHONE": settings.admin_phone,
        "LIMITS__SECONDS_BETWEEN": str(settings.limits.seconds_between),
    }
    return {name: value for name, value in values.items() if value}


@contextlib.contextmanager
def _told(settings: Settings, listener: socket.socket, carrier: Carrier | None) -> Iterator[None]:
    """Say that the desk is ready, to people and to the other commands in this data directory."""
    url = local_url(listener)
    if carrier is not None:
        carrier.hooks.sms_url = f"{url}/webhooks/twilio/sms{RETRY_FRAGMENT}"
        carrier.hooks.voice_url = f"{url}/webhooks/twilio/voice{RETRY_FRAGMENT}"
        say(f"Simulation: no Twilio account is set, so {carrier.numbers[0]} is served by a carrier in this process.")
        seconds = f"{settings.limits.seconds_between:g}"
        say(f"New owners text {settings.onboarding_number}; see how on the simulator's page.")
        say(f"Nothing leaves this machine. Texts to one lead may follow after {seconds} s here, after 60 in earnest.")
    write_running(settings.data_dir, url=url, simulator=settings.twilio_api_base if carrier else None)
    say(f"Frontdesk is ready: open {url}{'/simulator' if carrier else '/'}")
    try:
        yield
    finally:
        forget_running(settings.data_dir)
