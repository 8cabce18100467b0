"""Stripe: who pays for which client.

Its events are read in `stripe_webhooks`, their signature checked in `stripe_signature`. The desk only listens: it makes
no payment and asks Stripe nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from frontdesk.errors import Malformed, SetupError
from frontdesk.message import Item
from frontdesk.provider import HttpRequest, Profile
from frontdesk.providers import stripe_webhooks
from frontdesk.providers.stripe_signature import check_signature
from frontdesk.told import PaymentTold

__all__ = ["Stripe"]


class Stripe:
    """The webhooks of one Stripe endpoint as a Provider."""

    name: str = "stripe"
    profiles: Mapping[str, Profile]

    def __init__(self, *, webhook_secrets: Sequence[str], now: Callable[[], datetime]) -> None:
        """`webhook_secrets`: any of them verifies. `now` is real time, which signatures are held against.

        Raises SetupError for a blank secret.
        """
        self.profiles = stripe_webhooks.PROFILES
        self._secrets = tuple(webhook_secrets)
        self._now = now
        if not self._secrets or not all(secret.strip() for secret in self._secrets):
            raise SetupError("Stripe needs STRIPE_WEBHOOK_SECRET: with a blank one anybody could sign events.")

    def greet(self, request: HttpRequest) -> None:
        """None: Stripe asks for no greeting."""

    def verify(self, request: HttpRequest) -> None:
        """Check the signature. Raises Forged."""
        check_signature(request.headers.get("stripe-signature"), request.body, self._secrets, self._now())

    def parse(self, webhook_type: str, request: HttpRequest) -> list[Item]:
        """The one item of an event. Raises Malformed."""
        if webhook_type != stripe_webhooks.STRIPE:
            raise Malformed(f"Stripe has no webhook of the type {webhook_type!r}.")
        return [stripe_webhooks.parse_event(request)]

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> PaymentTold:
        """What a stored event tells. Raises Malformed."""
        if webhook_type != stripe_webhooks.STRIPE:
            raise Malformed(f"Stripe has no webhook of the type {webhook_type!r}.")
        return stripe_webhooks.read_event(payload)

    async def aclose(self) -> None:
        """Nothing to close."""
