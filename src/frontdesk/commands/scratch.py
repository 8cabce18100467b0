"""A scratch desk: the real one in a schema of its own, with a simulated carrier, over real HTTP; gone afterwards."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from psycopg import sql
from pydantic import SecretStr
from starlette.applications import Starlette

from frontdesk.commands.running import started
from frontdesk.db.pool import Bucket, Tx
from frontdesk.desk import Desk
from frontdesk.setting_parts import LimitSettings, QuietSettings, SenderSettings
from frontdesk.settings import Settings
from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.server import serve, serve_app
from frontdesk.web.hooks import hook_routes

__all__ = ["BRISK", "STRICT", "Scratch", "scratch", "scratch_schema"]

STRICT = "+12025550110"
"""The number of a client with the usual limits: a minute between texts, five unprompted ones a day."""

BRISK = "+12025550111"
"""The number of a client with no wait between texts; five a day all the same."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """The parts of a scratch desk that checks look at."""

    desk: Desk
    carrier: Carrier

    async def one(self, query: str, **values: Any) -> Any:
        """The first row of a query in the scratch schema."""
        async with self.desk.db.transaction(self.desk.bucket) as tx:
            return await tx.one(query, values)

    async def until(self, query: str, seconds: float = 10, **values: Any) -> Any:
        """The first row of a query once it has one. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                if (row := await self.one(query, **values)) is not None:
                    return row
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def scratch(settings: Settings, dsn: str) -> AsyncIterator[Scratch]:
    """A desk with two clients and two workers in a schema that is dropped at the end, whatever happens."""
    bucket = Bucket(f"selftest_{secrets.token_hex(4)}")
    sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    async with contextlib.AsyncExitStack() as house:
        carrier = await house.enter_async_context(_closing(Carrier(sid, token, receipt_delay=0.05)))
        base = await house.enter_async_context(serve(carrier))
        desk = Desk(_settings(settings, sid, token, base), dsn, bucket=bucket)
        desk.db.spool = None
        house.push_async_callback(desk.close)
        desk.use_twilio(public_base=None)
        app = Starlette(routes=hook_routes(desk))
        url = await house.enter_async_context(serve_app(app))
        await desk.registry.providers.pop("twilio").aclose()
        desk.use_twilio(public_base=url)
        carrier.hooks.sms_url = f"{url}/webhooks/twilio/sms"
        await house.enter_async_context(scratch_schema(desk))
        await desk.serve_first_client(STRICT)
        await desk.serve_first_client(BRISK, {"limits": {"seconds_between": 0}})
        for _ in range(2):
            await house.enter_async_context(started(desk.service("worker")))
        yield Scratch(desk, carrier)


def _settings(settings: Settings, sid: str, token: str, base: str) -> Settings:
    account: Mapping[str, Any] = {
        "twilio_account_sid": sid,
        "twilio_auth_token": SecretStr(token),
        "twilio_api_base": base,
        "public_url": None,
        "admin_phone": None,  # whatever goes wrong here is no alarm of the desk itself
        "slack_webhook_url": None,
        "smtp_url": None,
        "alert_webhook_url": None,
        "limits": LimitSettings(),
        "quiet": QuietSettings(start=time(), end=time()),  # it is tried at night too
        "sender": SenderSettings(per_second=50, per_minute=3000),
    }
    return settings.model_copy(update=dict(account))


@contextlib.asynccontextmanager
async def _closing(carrier: Carrier) -> AsyncIterator[Carrier]:
    try:
        yield carrier
    finally:
        await carrier.aclose()


@contextlib.asynccontextmanager
async def scratch_schema(desk: Desk) -> AsyncIterator[None]:
    """Open the desk, with its schema made, and drop that at the end, whatever happens."""
    await desk.open()
    try:
        yield
    finally:
        async with desk.db.transaction() as tx:
            await _drop(tx, desk.bucket)


async def _drop(tx: Tx, bucket: Bucket) -> None:
    await tx.connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(bucket.schema)))
