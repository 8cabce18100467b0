"""`Stripe-Signature`: is a webhook Stripe's own?

Source: Stripe, "Verify webhook signatures manually". Lower-case hex of HMAC-SHA256 over `<t>.<raw body>`; the key is
the whole text of the secret, `whsec_` included. Like Stripe's own libraries this refuses what is too old, and not what
comes from the future. A retry is signed anew.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

from frontdesk.errors import Forged

__all__ = ["TOLERANCE", "check_signature", "sign"]

TOLERANCE = 300
"""Seconds that a signature may be old."""

_LONGEST_TIME = 12  # digits


def check_signature(header: str | None, body: bytes, secrets: Sequence[str], now: datetime) -> None:
    """Raise Forged unless one of the secrets signed this body, at most 300 s before `now`."""
    if not header:
        raise Forged("The webhook has no Stripe-Signature header.")
    parts = [part.split("=", 1) for part in header.split(",")]
    pairs = [(part[0], part[1]) for part in parts if len(part) == 2]
    time = next((value for name, value in pairs if name == "t"), "")
    if not (time.isascii() and time.isdigit() and len(time) <= _LONGEST_TIME):
        raise Forged("The Stripe-Signature has no time t in seconds.")
    given = [value.encode("utf-8", "replace") for name, value in pairs if name == "v1"]
    if not given:
        raise Forged("The Stripe-Signature has no signature of the scheme v1.")
    # All are compared, so that the time taken tells nothing of which secret came close.
    wanted = [sign(body, secret, int(time)) for secret in secrets]
    matches = [hmac.compare_digest(one.encode(), each) for one in wanted for each in given]
    if not any(matches):
        raise Forged("The Stripe-Signature does not match: another secret (each endpoint has its own) or another body.")
    if int(time) < now.timestamp() - TOLERANCE:
        raise Forged(f"The Stripe-Signature is older than {TOLERANCE} s; is this machine's clock right?")


def sign(body: bytes, secret: str, time: int) -> str:
    """The v1 signature of a body at a time in seconds."""
    return hmac.digest(secret.encode(), b"%d." % time + body, hashlib.sha256).hex()
