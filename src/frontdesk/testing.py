"""Public fakes for tests: a clock you move, a desk of your own on a scratch database, the carrier simulator.

async with running_desk(dsn) as desk:
    await desk.text("hello")
    await desk.settled()
    assert [message.body for message in desk.carrier.sent] == [...]
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette

from frontdesk.db.pool import DatabaseGone
from frontdesk.desk import Desk
from frontdesk.inbox import store as inbox
from frontdesk.outbox import store as outbox
from frontdesk.service import Service
from frontdesk.settings import Settings
from frontdesk.simulator import Carrier, WhatsAppCarrier, serve, serve_whatsapp
from frontdesk.simulator.server import serve_app
from frontdesk.web.hooks import hook_routes

__all__ = [
    "ACCOUNT_SID",
    "AUTH_TOKEN",
    "LEAD",
    "NUMBER",
    "WHATSAPP",
    "WHATSAPP_NUMBER",
    "FrozenClock",
    "RunningDesk",
    "running_desk",
    "scratch_settings",
]

ACCOUNT_SID = "AC" + "f" * 32
AUTH_TOKEN = "testing-token-of-the-simulator"  # noqa: S105  (opens nothing but the simulator)
NUMBER = "+12025550100"
"""The number that the scratch desk's one client is served on."""
WHATSAPP_NUMBER = "+15550783881"
"""The number on which the same client is reached by WhatsApp."""
LEAD = "+12025550143"
"""A lead's phone."""
WHATSAPP = {
    "whatsapp_token": "EAAtestingtokenofthesimulator",
    "whatsapp_app_secret": "0123456789abcdef0123456789abcdef",
    "whatsapp_verify_token": "told-to-the-simulator",
    "whatsapp_phone_number_id": "106540352242922",
}
"""Settings of an account at the simulated WhatsApp: with them `running_desk` serves one too."""


class FrozenClock:
    """Business time that stands still until you move it."""

    def __init__(self, at: datetime = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)) -> None:
        self._now = at

    def now(self) -> datetime:
        """The moment that was last set."""
        return self._now

    def move(self, **by: float) -> datetime:
        """Move forward by a timedelta's arguments, such as `minutes=5`."""
        self._now += timedelta(**by)
        return self._now


def scratch_settings(**changes: Any) -> Settings:
    """Settings of a scratch desk: quick retries, no limits that a test did not ask for, replies at once."""
    values: dict[str, Any] = {
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_token": AUTH_TOKEN,
        "twilio_number": NUMBER,
        "business": "Ada's Plumbing",
        "limits": {"seconds_between": 0, "per_day": 1000, "replies_per_day": 1000},
        "quiet": {"start": "00:00", "end": "00:00"},
        "sender": {"per_second": 1e7, "per_minute": 6e8},
        "whatsapp": {"per_second": 1e7, "per_minute": 6e8},
        "worker": {"first_retry_seconds": 0.05, "poll_seconds": 0.2},
    }
    flow = {"debounce_seconds": 0, **changes.pop("flow", {})}
    return Settings(**{**values, "flow": flow, **changes})


@dataclass(slots=True)
class RunningDesk:
    """A desk at work, with the carrier that texts it."""

    desk: Desk
    carrier: Carrier
    service: Service
    base_url: str
    whatsapp: WhatsAppCarrier | None = None
    """The simulated WhatsApp, where the settings name an account there."""

    async def text(self, body: str, *, lead: str = LEAD, number: str = NUMBER, **more: Any) -> list[int]:
        """A lead texts the desk through the carrier; returns the statuses that the carrier got for its webhook."""
        return await self.carrier.text(lead, number, body, **more)

    async def settled(self, timeout: float = 60.0) -> None:
        """Wait until nothing is waiting, on its way or due. Raises TimeoutError."""
        async with asyncio.timeout(timeout):
            quiet = 0
            while quiet < 2:
                await self.carrier.settled(timeout)
                if self.whatsapp is not None:
                    await self.whatsapp.settled(timeout)
                quiet = quiet + 1 if await self._idle() else 0
                await asyncio.sleep(0.02)

    async def _idle(self) -> bool:
        try:
            async with self.desk.db.transaction(self.desk.bucket) as tx:
                due = await outbox.has_work(tx, self.desk.clock.now())
                return not (due or await inbox.has_work(tx))
        except DatabaseGone:
            return False

    async def rows(self, query: str, **params: Any) -> Sequence[Any]:
        """Rows of any SQL, for a test to look at."""
        async with self.desk.db.transaction(self.desk.bucket) as tx:
            return await tx.all(query, params or None)


@asynccontextmanager
async def _whatsapp(settings: Settings, clock: FrozenClock | None) -> AsyncIterator[tuple[WhatsAppCarrier | None, str]]:
    """A simulated WhatsApp of its own and its base URL, where the settings name an account there."""
    if not settings.on_whatsapp or settings.whatsapp_token is None or settings.whatsapp_app_secret is None:
        yield None, settings.whatsapp_api_base
        return
    clocked: dict[str, Any] = {"now": clock.now} if clock is not None else {}
    carrier = WhatsAppCarrier(
        token=settings.whatsapp_token.get_secret_value(),
        app_secret=settings.whatsapp_app_secret.get_secret_value(),
        numbers={settings.whatsapp_phone_number_id or "": WHATSAPP_NUMBER},
        status_delay=0.01,
        **clocked,
    )
    try:
        async with serve_whatsapp(carrier) as base_url:
            yield carrier, base_url
    finally:
        await carrier.aclose()


@asynccontextmanager
async def running_desk(
    dsn: str,
    *,
    settings: Settings | None = None,
    clock: FrozenClock | None = None,
    roles: Sequence[str] = ("worker", "scheduler"),
) -> AsyncIterator[RunningDesk]:
    """A desk on `dsn` with one client on NUMBER, its webhooks over real HTTP, and a carrier of its own."""
    settings = settings or scratch_settings()
    carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER], receipt_delay=0.01)
    async with serve(carrier) as carrier_url, _whatsapp(settings, clock) as (whatsapp, whatsapp_url):
        settings = settings.model_copy(update={"twilio_api_base": carrier_url, "whatsapp_api_base": whatsapp_url})
        desk = Desk(settings, dsn, clock=clock)
        await desk.open()
        app = Starlette()
        async with serve_app(app) as base_url:
            desk.use_providers(public_base=base_url)
            app.router.routes.extend(hook_routes(desk))
            await desk.serve_first_client(NUMBER)
            carrier.hooks.sms_url = f"{base_url}/webhooks/twilio/sms"
            carrier.hooks.voice_url = f"{base_url}/webhooks/twilio/voice"
            if whatsapp is not None:
                whatsapp.hook_url = f"{base_url}/webhooks/whatsapp"
            service = desk.service(*roles)
            await service.start()
            try:
                yield RunningDesk(desk, carrier, service, base_url, whatsapp)
            finally:
                await service.stop()
                await carrier.aclose()
        await desk.close()
