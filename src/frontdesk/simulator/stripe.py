"""A cashier that stands in for Stripe: who pays by a payment link is told of to the desk by a signed event.

Source: Stripe, "Check the webhook signatures" and the Checkout Session object. Written apart from `frontdesk.providers`
on purpose: one mistake cannot hide in both.
"""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

import httpx2

__all__ = ["Cashier"]


class Cashier:
    """Posts events to the desk's `url`, signed with `secret` (whsec_…); `live` is the mode that the desk counts."""

    def __init__(self, url: str, secret: str, *, live: bool = True) -> None:
        self._url = url
        self._secret = secret
        self._live = live

    async def pay(self, client_reference_id: str) -> int:
        """A checkout of this client is paid; the HTTP status of the webhook, 0 where no answer came."""
        return await self.post(self.checkout(client_reference_id))

    def checkout(self, client_reference_id: str) -> dict[str, Any]:
        """The event of a paid checkout that begins a subscription."""
        mark = secrets.token_hex(12)
        session = {
            "id": f"cs_test_{mark}",
            "object": "checkout.session",
            "amount_total": 4900,
            "client_reference_id": client_reference_id,
            "currency": "usd",
            "customer": f"cus_{mark[:14]}",
            "metadata": {},
            "mode": "subscription",
            "payment_intent": None,
            "payment_status": "paid",
            "status": "complete",
            "subscription": f"sub_{mark}",
        }
        return {
            "id": f"evt_{mark}",
            "object": "event",
            "created": int(time.time()),
            "data": {"object": session},
            "livemode": self._live,
            "pending_webhooks": 1,
            "type": "checkout.session.completed",
        }

    async def post(self, event: dict[str, Any]) -> int:
        """Post one event, signed now."""
        body, stamp = json.dumps(event, indent=2), int(time.time())
        signature = hmac.new(self._secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": f"t={stamp},v1={signature}",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        async with httpx2.AsyncClient(timeout=20, trust_env=False) as http:
            try:
                answer = await http.post(self._url, content=body.encode(), headers=headers)
            except httpx2.RequestError:
                return 0
        return answer.status_code
