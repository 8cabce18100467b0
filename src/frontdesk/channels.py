"""Channels: how a desk is set up to talk through its providers, each with the handlers of what it brings."""

from functools import partial

import httpx2

from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.errors import SetupError
from frontdesk.provider import Provider, Sender
from frontdesk.providers.dialpad import Dialpad
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
from frontdesk.registry import Registry
from frontdesk.setting_channels import FormSettings
from frontdesk.setting_kinds import secrets_in
from frontdesk.settings import Settings
from frontdesk.steps.admin_texts import AdminTexts
from frontdesk.steps.answer_calls import CallAnswering
from frontdesk.steps.booking_tools import book_appointment, cancel_appointment, next_free_slots
from frontdesk.steps.calls import CallHandler
from frontdesk.steps.dialpad import DialpadHandler
from frontdesk.steps.forms import FormHandler
from frontdesk.steps.lead_tools import find_or_create_lead, hand_over, send_text
from frontdesk.steps.mixed import MixedHandler
from frontdesk.steps.onboard import OwnerTexts, payment_turned
from frontdesk.steps.payments import PaymentHandler
from frontdesk.steps.reading import AskModel
from frontdesk.steps.receipts import ReceiptHandler
from frontdesk.steps.texts import TextHandler
from frontdesk.steps.voice_answers import VapiAnswers
from frontdesk.steps.voice_calls import VoiceHandler
from frontdesk.steps.wording import Wording
from frontdesk.tools import make_tool

__all__ = ["BUILT_IN_TOOLS", "Channels"]

BUILT_IN_TOOLS = (find_or_create_lead, next_free_slots, book_appointment, cancel_appointment, hand_over, send_text)
"""What a voice agent can do here without a line of one's own."""


class Channels:
    """The part of a desk that knows its providers; `Desk` is one."""

    settings: Settings
    db: Database
    bucket: Bucket
    clock: BusinessClock
    lease_clock: LeaseClock
    registry: Registry
    wording: Wording | None = None

    def add_provider(self, provider: Provider) -> None:
        """Serve a provider's webhooks."""
        self.registry.providers[provider.name] = provider

    def add_sender(self, sender: Sender) -> None:
        """Serve a provider's webhooks and send through it."""
        self.add_provider(sender)
        self.registry.senders[sender.name] = sender

    def _text_handler(self, sender: Sender) -> TextHandler:
        """The handler of a provider's texts; a model is set up with the first. Raises SetupError without its SDK."""
        settings, parts = self.settings, (self.db, self.bucket, self.clock)
        self.registry.model = self.registry.model or AskModel.of(settings, *parts)
        self.wording = self.wording or Wording.of(settings, self.clock)
        return TextHandler(*parts, sender, settings, self.registry, self.wording)

    def use_twilio(self, *, public_base: str | None, transport: httpx2.AsyncBaseTransport | None = None) -> Twilio:
        """Set up Twilio (or what stands in for it) with its handlers. Raises SetupError without credentials.

        `transport` takes its calls in place of the network.
        """
        settings = self.settings
        if not settings.twilio_account_sid or settings.twilio_auth_token is None:
            raise SetupError("Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or leave both out to use the simulator.")
        twilio = Twilio(
            account_sid=settings.twilio_account_sid,
            auth_tokens=secrets_in(settings.twilio_auth_token),
            api_base=settings.twilio_api_base,
            status_callback=f"{public_base}/webhooks/twilio/status{RETRY_FRAGMENT}" if public_base else "",
            transport=transport,
        )
        self.add_sender(twilio)
        texts = self._text_handler(twilio)
        self.registry.handlers.setdefault("twilio_sms", texts)
        self.registry.text_routes.append(OwnerTexts(self.clock, settings))
        if "twilio_status" not in self.registry.handlers:
            self.registry.handlers["twilio_status"] = ReceiptHandler(self.clock, twilio)
            self.registry.reads_nothing.add("twilio_status")
        self.registry.handlers.setdefault("twilio_voice", CallHandler(*self._parts, twilio))
        self.registry.answers.setdefault("twilio_voice", CallAnswering(*self._parts, public_base or ""))
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
            self.registry.tools.setdefault(function.__name__, make_tool(function, None))
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
            turned = partial(payment_turned, self.clock, self.settings)
            self.registry.handlers["stripe"] = PaymentHandler(self.clock, stripe, self.settings.payments, turned)
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
        texts = self._text_handler(whatsapp)
        receipts = ReceiptHandler(self.clock, whatsapp)
        self.registry.handlers.setdefault(WHATSAPP, MixedHandler(whatsapp, texts=texts, receipts=receipts))
        return whatsapp

    def use_providers(self, *, public_base: str | None) -> None:
        """Set up every provider that the settings name. Raises SetupError where they name none that carries texts."""
        settings = self.settings
        self.registry.public_base = public_base
        if settings.admin_phone is not None:
            self.registry.text_routes.insert(0, AdminTexts(*self._parts))
        if settings.on_twilio or not settings.on_whatsapp:
            self.use_twilio(public_base=public_base)
        if settings.on_whatsapp:
            self.use_whatsapp()
        if settings.vapi_secret is not None:
            self.use_vapi()
        self.use_stripe()
        self.use_forms()
        if settings.uses_dialpad:
            self.use_dialpad()

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


def _source(name: str, form: FormSettings) -> Source:
    setting = f"FORMS__{name.upper()}__SECRET"
    keys = tuple(read_key(secret, setting) for secret in secrets_in(form.secret))
    return Source(keys, form.fields, form.client)
