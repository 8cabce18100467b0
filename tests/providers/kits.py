"""What the contract of providers needs to know of each: how to set it up, and how to post a genuine webhook of it.

To add a provider, write a class with these members, and put one of it into KITS.
"""

import base64
import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import jwt

from frontdesk.providers.standard_webhooks import read_key, sign
from frontdesk.providers.stripe_signature import sign as sign_for_stripe
from frontdesk.providers.twilio_signature import form_pairs
from frontdesk.testing import AUTH_TOKEN, LEAD, NUMBER, WHATSAPP

__all__ = ["KITS", "Kit", "Signed", "form", "json_body"]

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Signed:
    """A request to post: its headers and body."""

    headers: Mapping[str, str]
    body: bytes


class Kit(Protocol):
    """One webhook type of one provider."""

    webhook_type: str
    path: str
    content_type: str
    settings: Mapping[str, Any]
    """Settings with a pair of secrets, so that either must do."""
    secrets: Sequence[str]
    """The pair: the new one and the old one."""
    needed: Sequence[str]
    """Top-level fields of `example` without which there is no webhook: each left out is refused with 400."""

    def example(self) -> dict[str, Any]:
        """The fields of a fresh webhook that is good in every way."""

    def encode(self, fields: Mapping[str, Any]) -> bytes:
        """Its body."""

    def seal(self, body: bytes, secret: str) -> bytes:
        """What is posted for this body: the body itself where the signature stands in a header."""

    def sign(self, url: str, body: bytes, secret: str) -> Mapping[str, str]:
        """The headers by which the provider signs what it posts to this public URL."""


class SignedByHeader:
    """A provider whose signature stands in headers."""

    def seal(self, body: bytes, secret: str) -> bytes:
        return body


def form(fields: Mapping[str, Any]) -> bytes:
    """Fields as a form."""
    return urlencode({name: str(value) for name, value in fields.items()}).encode()


def json_body(fields: Mapping[str, Any]) -> bytes:
    """Fields as JSON."""
    return json.dumps(fields).encode()


class TwilioKit(SignedByHeader):
    """Texts of Twilio; the old token is the one that the carrier simulator has."""

    webhook_type = "twilio_sms"
    path = "/webhooks/twilio/sms"
    content_type = "application/x-www-form-urlencoded"
    secrets = ("a-new-token-of-the-account", AUTH_TOKEN)
    settings: Mapping[str, Any] = {"twilio_auth_token": ",".join(secrets)}
    needed = ("MessageSid", "From", "To")

    def example(self) -> dict[str, Any]:
        return {"MessageSid": f"SM{next(_numbers):032x}", "From": LEAD, "To": NUMBER, "Body": "Hi", "NumMedia": "0"}

    encode = staticmethod(form)

    def sign(self, url: str, body: bytes, secret: str) -> Mapping[str, str]:
        text = url.encode() + b"".join(name + value for name, value in sorted(set(form_pairs(body))))
        signature = base64.b64encode(hmac.digest(secret.encode(), text, hashlib.sha1)).decode()
        return {"x-twilio-signature": signature, "content-type": self.content_type}


class TwilioStatusKit(TwilioKit):
    """Receipts of Twilio."""

    webhook_type = "twilio_status"
    path = "/webhooks/twilio/status"
    needed = ("MessageSid", "MessageStatus", "To")

    def example(self) -> dict[str, Any]:
        sid = f"SM{next(_numbers):032x}"
        return {"MessageSid": sid, "MessageStatus": "delivered", "From": NUMBER, "To": LEAD}


class StripeKit(SignedByHeader):
    """Events of Stripe."""

    webhook_type = "stripe"
    path = "/webhooks/stripe"
    content_type = "application/json"
    secrets = ("whsec_new_of_the_endpoint", "whsec_old_of_the_endpoint")
    settings: Mapping[str, Any] = {"stripe_webhook_secret": ",".join(secrets)}
    needed = ("id",)

    def example(self) -> dict[str, Any]:
        number = next(_numbers)
        made = {"object": "subscription", "id": f"sub_{number}", "customer": f"cus_{number}", "status": "active"}
        event = {"id": f"evt_{number}", "object": "event", "type": "customer.subscription.updated", "livemode": True}
        return {**event, "created": int(time.time()), "data": {"object": made}}

    encode = staticmethod(json_body)

    def sign(self, url: str, body: bytes, secret: str) -> Mapping[str, str]:
        now = int(time.time())
        signature = f"t={now},v1={sign_for_stripe(body, secret, now)}"
        return {"stripe-signature": signature, "content-type": self.content_type}


class LeadFormKit(SignedByHeader):
    """Lead forms by Standard Webhooks. The id of a webhook stands in a header, so no field is needed."""

    webhook_type = "lead_form"
    path = "/webhooks/leads/website"
    content_type = "application/json"
    secrets = tuple("whsec_" + base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2))
    settings: Mapping[str, Any] = {"forms": {"website": {"secret": ",".join(secrets)}}}
    needed = ()

    def example(self) -> dict[str, Any]:
        return {"name": "Ada Lovelace", "email": f"ada{next(_numbers)}@example.test"}

    encode = staticmethod(json_body)

    def sign(self, url: str, body: bytes, secret: str) -> Mapping[str, str]:
        now, sent_id = int(time.time()), f"msg_{hashlib.sha256(body).hexdigest()[:24]}"
        return {
            "webhook-id": sent_id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(read_key(secret, "SECRET"), sent_id, now, body),
            "content-type": self.content_type,
        }


class TwilioVoiceKit(TwilioKit):
    """Calls at Twilio."""

    webhook_type = "twilio_voice"
    path = "/webhooks/twilio/voice"
    needed = ("CallSid",)

    def example(self) -> dict[str, Any]:
        call = {"CallSid": f"CA{next(_numbers):032x}", "CallStatus": "no-answer", "Direction": "inbound"}
        return {**call, "From": LEAD, "To": NUMBER, "CallbackSource": "call-progress-events"}


class WhatsAppKit(SignedByHeader):
    """Messages and statuses of WhatsApp."""

    webhook_type = "whatsapp"
    path = "/webhooks/whatsapp"
    content_type = "application/json"
    secrets = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210")
    settings: Mapping[str, Any] = {**WHATSAPP, "whatsapp_app_secret": ",".join(secrets)}
    needed = ()

    def example(self) -> dict[str, Any]:
        message = {"id": f"wamid.{next(_numbers)}", "from": LEAD[1:], "timestamp": "1763630000", "type": "text"}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": NUMBER[1:], "phone_number_id": "106540352242922"},
            "messages": [{**message, "text": {"body": "Hi"}}],
        }
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}],
        }

    encode = staticmethod(json_body)

    def sign(self, url: str, body: bytes, secret: str) -> Mapping[str, str]:
        signature = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
        return {"x-hub-signature-256": f"sha256={signature}", "content-type": self.content_type}


class DialpadKit:
    """Calls at Dialpad: the whole body is a token, signed with HS256."""

    webhook_type = "dialpad"
    path = "/webhooks/dialpad"
    content_type = "application/jwt"
    secrets = ("a-new-secret-of-the-webhook-at-dialpad", "an-old-secret-of-the-webhook-at-dialpad")
    settings: Mapping[str, Any] = {"dialpad_webhook_secret": ",".join(secrets)}
    needed = ()

    def example(self) -> dict[str, Any]:
        call = {"call_id": 5_000_000_000 + next(_numbers), "state": "hangup", "direction": "inbound"}
        return {**call, "external_number": LEAD, "internal_number": NUMBER, "event_timestamp": 1_763_630_000_000}

    encode = staticmethod(json_body)

    def seal(self, body: bytes, secret: str) -> bytes:
        return jwt.PyJWS().encode(body, secret, algorithm="HS256").encode()

    def sign(self, url: str, body: bytes, secret: str) -> Mapping[str, str]:
        return {"content-type": self.content_type}


class VapiKit(SignedByHeader):
    """Voice agents of Vapi, with an HMAC credential as it is by default."""

    webhook_type = "vapi"
    path = "/vapi-webhook"
    content_type = "application/json"
    secrets = ("a-new-secret-of-the-server-at-vapi", "an-old-secret-of-the-server-at-vapi")
    settings: Mapping[str, Any] = {"vapi_secret": ",".join(secrets), "vapi": {"auth": "hmac"}}
    needed = ("message",)

    def example(self) -> dict[str, Any]:
        call = {"id": f"11111111-aaaa-4000-8000-{next(_numbers):012}", "type": "inboundPhoneCall"}
        told = {"type": "status-update", "status": "in-progress", "timestamp": 1_763_630_000_000, "call": call}
        return {"message": {**told, "customer": {"number": LEAD}, "phoneNumber": {"number": NUMBER}}}

    encode = staticmethod(json_body)

    def sign(self, url: str, body: bytes, secret: str) -> Mapping[str, str]:
        now = str(int(time.time()))
        signature = hmac.digest(secret.encode(), now.encode() + b"." + body, hashlib.sha256).hex()
        return {"x-signature": signature, "x-timestamp": now, "content-type": self.content_type}


KITS: tuple[Kit, ...] = (
    TwilioKit(),
    TwilioStatusKit(),
    TwilioVoiceKit(),
    WhatsAppKit(),
    DialpadKit(),
    VapiKit(),
    StripeKit(),
    LeadFormKit(),
)
