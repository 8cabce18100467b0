"""Desk: the public object. Build one with settings and a DSN, register handlers, run it."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog

from frontdesk.clients import store as clients
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.connect import try_to_connect
from frontdesk.db.migrate import migrate
from frontdesk.db.pool import PUBLIC, Bucket, Database, Tx
from frontdesk.errors import SetupError
from frontdesk.inbox.model import Event
from frontdesk.meters import Meters
from frontdesk.outbox.regions import load_states
from frontdesk.provider import Provider, Sender
from frontdesk.providers.dialpad import Dialpad
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_webhooks import RETRY_FRAGMENT
from frontdesk.registry import Commit, Registry
from frontdesk.service import Service
from frontdesk.settings import Settings
from frontdesk.steps.answer_calls import CallAnswering
from frontdesk.steps.calls import CallHandler
from frontdesk.steps.dialpad import DialpadHandler
from frontdesk.steps.receipts import ReceiptHandler
from frontdesk.steps.receive import Receiver
from frontdesk.steps.retire import make_room
from frontdesk.steps.texts import TextHandler

__all__ = ["Desk", "UserHandler"]

log = structlog.get_logger(__name__)

UserHandler = Callable[[Event, Tx], Awaitable[None] | None]
"""What `desk.on` takes: it writes with `tx`, and all that it writes commits with the event or not at all."""


class Desk:
    """One desk on one database. `open` connects and migrates; `service` gives the loops; `close` lets go."""

    def __init__(
        self,
        settings: Settings,
        dsn: str,
        *,
        clock: BusinessClock | None = None,
        bucket: Bucket = PUBLIC,
        connections: int = 10,
    ) -> None:
        self.settings = settings
        self.bucket = bucket
        self.db = Database(dsn, size=connections, prepare=settings.database_prepare)
        self.lease_clock = LeaseClock()
        self.clock: BusinessClock = clock or self.lease_clock
        self.registry = Registry()
        self.meters = Meters()
        self.receiver = Receiver(self.db, bucket, self.clock, self.lease_clock)
        self.meters.receiver_waiting.set_function(lambda: self.receiver.waiting)

    def on(self, webhook_type: str) -> Callable[[UserHandler], UserHandler]:
        """Register a handler of your own for a webhook type, in place of the desk's."""

        def register(handler: UserHandler) -> UserHandler:
            self.registry.handlers[webhook_type] = partial(_prepare, handler)
            self.registry.reads_nothing.add(webhook_type)  # all its reading is done with `tx`
            return handler

        return register

    def add_provider(self, provider: Provider) -> None:
        """Serve a provider's webhooks."""
        self.registry.providers[provider.name] = provider

    def add_sender(self, sender: Sender) -> None:
        """Serve a provider's webhooks and send through it."""
        self.add_provider(sender)
        self.registry.senders[sender.name] = sender

    def public_base(self, port: int | None = None) -> str | None:
        """The address under which providers reach this desk, without a slash at the end; None when not known."""
        if self.settings.public_url:
            return self.settings.public_url.rstrip("/")
        return f"http://127.0.0.1:{port}" if port is not None else None

    def use_twilio(self, *, public_base: str | None) -> Twilio:
        """Set up Twilio (or what stands in for it) with its handlers. Raises SetupError without credentials."""
        settings = self.settings
        if not settings.twilio_account_sid or settings.twilio_auth_token is None:
            raise SetupError("Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or leave both out to use the simulator.")
        tokens = [token.strip() for token in settings.twilio_auth_token.get_secret_value().split(",") if token.strip()]
        twilio = Twilio(
            account_sid=settings.twilio_account_sid,
            auth_tokens=tokens,
            api_base=settings.twilio_api_base,
            status_callback=f"{public_base}/webhooks/twilio/status{RETRY_FRAGMENT}" if public_base else "",
        )
        self.add_sender(twilio)
        texts = TextHandler(self.db, self.bucket, self.clock, twilio, settings)
        self.registry.handlers.setdefault("twilio_sms", texts)
        if "twilio_status" not in self.registry.handlers:
            self.registry.handlers["twilio_status"] = ReceiptHandler(self.clock, twilio)
            self.registry.reads_nothing.add("twilio_status")
        self.registry.handlers.setdefault("twilio_voice", CallHandler(*self._parts, twilio))
        self.registry.answers.setdefault("twilio_voice", CallAnswering(*self._parts, public_base or ""))
        return twilio

    def use_dialpad(self) -> Dialpad:
        """Take Dialpad's events of calls and texts. Raises SetupError without a secret, unless that is allowed."""
        secret = self.settings.dialpad_webhook_secret
        secrets = [part.strip() for part in secret.get_secret_value().split(",")] if secret is not None else []
        dialpad = Dialpad(secrets=secrets, allow_unsigned=self.settings.dialpad_allow_unsigned)
        self.add_provider(dialpad)
        self.registry.handlers.setdefault("dialpad", DialpadHandler(*self._parts, dialpad))
        return dialpad

    @property
    def _parts(self) -> tuple[Database, Bucket, BusinessClock, Settings]:
        return self.db, self.bucket, self.clock, self.settings

    async def open(self) -> None:
        """Connect, migrate, make room. Raises SetupError in one sentence when the database cannot be used."""
        await try_to_connect(self.db.dsn)
        await self.db.open()
        await self.lease_clock.measure(self.db)
        applied = await self.migrate()
        if applied:
            log.info("migrated", migrations=applied)
        await make_room(self.db, self.bucket, self.clock)
        if self.settings.quiet.us_states:
            await asyncio.to_thread(load_states)

    async def migrate(self) -> list[str]:
        """Bring the schema up to this code; returns what was applied."""
        direct = self.settings.database_direct_url
        if direct is None:
            return await migrate(self.db, self.clock.now(), self.bucket)
        db = Database(direct.get_secret_value(), size=1)
        await db.open()
        try:
            return await migrate(db, self.clock.now(), self.bucket)
        finally:
            await db.close()

    async def serve_first_client(self, number: str, own: dict[str, Any] | None = None) -> int | None:
        """Serve a first client on `number` if it belongs to nobody; returns the client's id if it was made."""
        settings = self.settings
        async with self.db.transaction(self.bucket) as tx:
            made = await clients.ensure_first(
                tx, number, name=settings.business, timezone=settings.tz, settings=own or {}, now=self.clock.now()
            )
        if made is not None:
            log.info("first_client_made", client_id=made, business=settings.business)
        return made

    def service(self, *roles: str) -> Service:
        """The loops of these roles (worker, scheduler, serve), to be started and stopped by the caller."""
        parts = (self.db, self.clock, self.lease_clock, self.registry, self.settings)
        return Service(*parts, frozenset(roles), self.bucket, self.meters)

    async def close(self) -> None:
        """Close providers and connections."""
        for provider in self.registry.providers.values():
            await provider.aclose()
        await self.db.close()


async def _prepare(handler: UserHandler, event: Event) -> Commit:
    async def commit(tx: Tx) -> None:
        result = handler(event, tx)
        if result is not None and inspect.isawaitable(result):
            await result

    return commit
