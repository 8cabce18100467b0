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
from frontdesk.providers.forms import LeadForms, Source
from frontdesk.providers.standard_webhooks import read_key
from frontdesk.providers.stripe import Stripe
from frontdesk.providers.twilio import Twilio
from frontdesk.providers.twilio_webhooks import RETRY_FRAGMENT
from frontdesk.providers.vapi import Vapi
from frontdesk.providers.vapi_auth import SCHEMES, HmacPlan
from frontdesk.providers.vapi_webhooks import VAPI
from frontdesk.providers.whatsapp import WhatsApp
from frontdesk.providers.whatsapp_webhooks import WHATSAPP
from frontdesk.registry import Commit, Registry
from frontdesk.service import Service
from frontdesk.setting_channels import FormSettings
from frontdesk.setting_kinds import secrets_in
from frontdesk.settings import Settings
from frontdesk.steps.booking_tools import book_appointment, cancel_appointment, next_free_slots
from frontdesk.steps.forms import FormHandler
from frontdesk.steps.lead_tools import find_or_create_lead, hand_over, send_text
from frontdesk.steps.mixed import MixedHandler
from frontdesk.steps.payments import PaymentHandler
from frontdesk.steps.receipts import ReceiptHandler
from frontdesk.steps.receive import Receiver
from frontdesk.steps.retire import make_room
from frontdesk.steps.texts import TextHandler
from frontdesk.steps.voice_answers import VapiAnswers
from frontdesk.steps.voice_calls import VoiceHandler
from frontdesk.tools import ToolFunction, make_tool

__all__ = ["BUILT_IN_TOOLS", "Desk", "UserHandler"]

log = structlog.get_logger(__name__)

UserHandler = Callable[[Event, Tx], Awaitable[None] | None]
"""What `desk.on` takes: it writes with `tx`, and all that it writes commits with the event or not at all."""


BUILT_IN_TOOLS = (find_or_create_lead, next_free_slots, book_appointment, cancel_appointment, hand_over, send_text)
"""What a voice agent can do here without a line of one's own."""


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

    def tool(
        self, function: ToolFunction | None = None, *, name: str | None = None
    ) -> ToolFunction | Callable[[ToolFunction], ToolFunction]:
        """Register a tool for voice agents, `@desk.tool` or `@desk.tool(name=...)`; one of ours by that name gives way.

        Raises SetupError where the function cannot be a tool, see `frontdesk.tools`.
        """
        if function is None:
            return partial(self._add_tool, name)
        return self._add_tool(name, function)

    def _add_tool(self, name: str | None, function: ToolFunction) -> ToolFunction:
        tool = make_tool(function, name)
        self.registry.tools[tool.name] = tool
        return function

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
        twilio = Twilio(
            account_sid=settings.twilio_account_sid,
            auth_tokens=secrets_in(settings.twilio_auth_token),
            api_base=settings.twilio_api_base,
            status_callback=f"{public_base}/webhooks/twilio/status{RETRY_FRAGMENT}" if public_base else "",
        )
        self.add_sender(twilio)
        texts = TextHandler(self.db, self.bucket, self.clock, twilio, settings)
        self.registry.handlers.setdefault("twilio_sms", texts)
        if "twilio_status" not in self.registry.handlers:
            self.registry.handlers["twilio_status"] = ReceiptHandler(self.clock, twilio)
            self.registry.reads_nothing.add("twilio_status")
        return twilio

    def use_vapi(self) -> Vapi:
        """Set up Vapi, with its handler, its answers and the tools. Raises SetupError without VAPI_SECRET."""
        settings = self.settings
        if settings.vapi_secret is None:
            raise SetupError("Set VAPI_SECRET to the secret of the server at Vapi, or leave Vapi out.")
        secrets = [part.strip() for part in settings.vapi_secret.get_secret_value().split(",") if part.strip()]
        own = settings.vapi
        plan = HmacPlan(
            algorithm=own.hmac_algorithm,
            payload_format=own.hmac_payload,
            encoding=own.hmac_encoding,
            prefix=own.hmac_prefix,
            secret_is_base64=own.hmac_secret_is_base64,
            signature_header=own.signature_header,
            timestamp_header=own.timestamp_header,
        )
        schemes = SCHEMES if own.auth == "any" else frozenset({own.auth})
        vapi = Vapi(secrets=secrets, schemes=schemes, plan=plan, now=self.lease_clock.now)
        self.add_provider(vapi)
        if VAPI not in self.registry.handlers:
            self.registry.handlers[VAPI] = VoiceHandler(self.clock, vapi)
            self.registry.reads_nothing.add(VAPI)
        for function in BUILT_IN_TOOLS:
            if function.__name__ not in self.registry.tools:
                self._add_tool(None, function)
        self.registry.answerers[VAPI] = VapiAnswers(self.db, self.bucket, self.clock, self.registry, settings, vapi)
        return vapi

    def use_stripe(self) -> Stripe | None:
        """Take Stripe's events where STRIPE_WEBHOOK_SECRET is set. Raises SetupError for a blank one."""
        if self.settings.stripe_webhook_secret is None:
            return None
        secrets = secrets_in(self.settings.stripe_webhook_secret)
        stripe = Stripe(webhook_secrets=secrets, now=self.lease_clock.now)
        self.add_provider(stripe)
        if "stripe" not in self.registry.handlers:
            self.registry.handlers["stripe"] = PaymentHandler(self.clock, stripe, self.settings.payments)
            self.registry.reads_nothing.add("stripe")
        return stripe

    def use_forms(self) -> LeadForms:
        """Take lead forms: by webhook from the sources that have a secret, and by the API. Raises SetupError."""
        sources = {name: _source(name, form) for name, form in self.settings.forms.items()}
        forms = LeadForms(sources, now=self.lease_clock.now)
        self.add_provider(forms)
        handler = FormHandler(self.db, self.bucket, self.clock, forms, self.settings)
        self.registry.handlers.setdefault("lead_form", handler)
        return forms

    def use_whatsapp(self) -> WhatsApp:
        """Set up WhatsApp's own API (or what stands in for it). Raises SetupError without all that it needs."""
        settings = self.settings
        if not settings.on_whatsapp:
            raise SetupError(
                "Set WHATSAPP_TOKEN, WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN and WHATSAPP_PHONE_NUMBER_ID, "
                "or none of them."
            )
        whatsapp = WhatsApp(
            tokens=secrets_in(settings.whatsapp_token),
            app_secrets=secrets_in(settings.whatsapp_app_secret),
            verify_tokens=secrets_in(settings.whatsapp_verify_token),
            phone_number_id=settings.whatsapp_phone_number_id or "",
            numbers=settings.whatsapp.numbers,
            api_base=settings.whatsapp_api_base,
            version=settings.whatsapp.version,
        )
        self.add_sender(whatsapp)
        texts = TextHandler(self.db, self.bucket, self.clock, whatsapp, settings)
        receipts = ReceiptHandler(self.clock, whatsapp)
        self.registry.handlers.setdefault(WHATSAPP, MixedHandler(whatsapp, texts=texts, receipts=receipts))
        return whatsapp

    def use_providers(self, *, public_base: str | None) -> None:
        """Set up every provider that the settings name. Raises SetupError where they name none that carries texts."""
        settings = self.settings
        if settings.on_twilio or not settings.on_whatsapp:
            self.use_twilio(public_base=public_base)
        if settings.on_whatsapp:
            self.use_whatsapp()
        if settings.vapi_secret is not None:
            self.use_vapi()
        self.use_stripe()
        self.use_forms()

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


def _source(name: str, form: FormSettings) -> Source:
    setting = f"FORMS__{name.upper()}__SECRET"
    keys = tuple(read_key(secret, setting) for secret in secrets_in(form.secret))
    return Source(keys, form.fields, form.client)


async def _prepare(handler: UserHandler, event: Event) -> Commit:
    async def commit(tx: Tx) -> None:
        result = handler(event, tx)
        if result is not None and inspect.isawaitable(result):
            await result

    return commit
