"""`X-Hub-Signature-256`, and the greeting by which Meta asks whether an address is ours.

Source: Meta, Webhooks, "Verification requests" and "Validating payloads". The signature is over the raw bytes: Meta
writes what is not ASCII as an escape, so that no parsed and rewritten body has it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from frontdesk.errors import Forged
from frontdesk.provider import Answer, HttpRequest

__all__ = ["check_signature", "greeting"]

_PREFIX = "sha256="


def check_signature(request: HttpRequest, app_secrets: Sequence[str]) -> None:
    """Raise Forged unless one of the app secrets signed this request."""
    given = request.headers.get("x-hub-signature-256", "")
    if not given.startswith(_PREFIX):
        raise Forged("The webhook has no X-Hub-Signature-256 header that begins with sha256=.")
    # All are compared, so that the time taken tells nothing of which secret came close.
    matches = [_same(_PREFIX + _signature(secret, request.body), given) for secret in app_secrets]
    if not any(matches):
        raise Forged("The X-Hub-Signature-256 does not match: another app secret, or another body.")


def greeting(request: HttpRequest, verify_tokens: Sequence[str]) -> Answer | None:
    """The bare challenge for Meta's question; None for what is no GET. Raises Forged where it is not Meta's."""
    if request.method.upper() != "GET":
        return None
    asked = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
    known = [_same(token, asked.get("hub.verify_token", "")) for token in verify_tokens]
    if asked.get("hub.mode") != "subscribe" or not any(known) or not asked.get("hub.challenge"):
        raise Forged("This address takes WhatsApp's webhooks; whoever subscribes it must know WHATSAPP_VERIFY_TOKEN.")
    return Answer(200, "text/plain", asked["hub.challenge"].encode("utf-8", "replace"))


def _signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _same(ours: str, given: str) -> bool:
    return hmac.compare_digest(ours.encode("utf-8", "replace"), given.encode("utf-8", "replace"))
