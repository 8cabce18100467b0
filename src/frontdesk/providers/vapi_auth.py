"""Is a webhook Vapi's own? A shared secret in a header, or an HMAC over the body.

Source: Vapi, "Server authentication": `X-Vapi-Secret` (legacy server secret), a bearer credential, and an HMAC
credential, whose parts can be set one by one. OAuth2 tokens of an issuer of one's own are not checked here.
"""

import base64
import hashlib
import hmac
import re
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from frontdesk.errors import Forged
from frontdesk.provider import HttpRequest

__all__ = ["SCHEMES", "HmacPlan", "check_auth"]

SCHEMES = frozenset({"secret", "bearer", "hmac"})
"""The ways in which Vapi proves that it has our secret."""

_PLACEHOLDER = re.compile(r"\{([a-z-]+)\}")
_IN_MILLISECONDS = 10**11  # a greater number of seconds lies thousands of years ahead: it counts milliseconds
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512, "sha1": hashlib.sha1}


@dataclass(frozen=True, slots=True)
class HmacPlan:
    """How an HMAC credential is set up at Vapi; the defaults are Vapi's own, but for the tolerance, which is ours."""

    algorithm: str = "sha256"
    payload_format: str = "{timestamp}.{body}"
    """With {body}, {timestamp}, {method}, {url} and {svix-id} filled in."""
    encoding: str = "hex"
    prefix: str = ""
    secret_is_base64: bool = False
    signature_header: str = "x-signature"
    timestamp_header: str = "x-timestamp"
    message_id_header: str = "svix-id"
    tolerance: timedelta = timedelta(minutes=5)
    """A signature that is older (or comes from further ahead) is somebody's who recorded it."""


def check_auth(
    request: HttpRequest, secrets: Sequence[str], *, schemes: frozenset[str], plan: HmacPlan, now: datetime
) -> None:
    """Raise Forged unless one of `schemes` proves that the sender has one of the secrets."""
    proofs = []
    if "secret" in schemes and (given := request.headers.get("x-vapi-secret")):
        proofs.append(_is_one_of(given, secrets))
    if "bearer" in schemes and (given := request.headers.get("authorization")):
        proofs.append(_is_one_of(re.sub(r"(?i)^bearer\s+", "", given), secrets))
    if "hmac" in schemes and (given := request.headers.get(plan.signature_header)):
        proofs.append(_is_signed(given, request, secrets, plan, now))
    if not proofs:
        raise Forged(f"The webhook has no header that proves it is Vapi's ({', '.join(sorted(schemes))}).")
    if not any(proofs):
        raise Forged("The webhook does not prove that it is Vapi's: another secret, body, or an old timestamp.")


def _is_one_of(given: str, secrets: Sequence[str]) -> bool:
    # All are compared, in constant time, so that the time taken tells nothing of which came close.
    matches = [hmac.compare_digest(_bytes(given.strip()), _bytes(secret)) for secret in secrets]
    return any(matches)


def _is_signed(given: str, request: HttpRequest, secrets: Sequence[str], plan: HmacPlan, now: datetime) -> bool:
    timestamp = request.headers.get(plan.timestamp_header, "")
    if "{timestamp}" in plan.payload_format and not _is_fresh(timestamp, plan.tolerance, now):
        return False
    text = _signed_text(request, timestamp, plan)
    matches = [hmac.compare_digest(_bytes(given.strip()), _signature(secret, text, plan)) for secret in secrets]
    return any(matches)


def _is_fresh(timestamp: str, tolerance: timedelta, now: datetime) -> bool:
    """The unit is not documented: seconds or milliseconds."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        return False
    seconds = int(timestamp) / (1000 if int(timestamp) > _IN_MILLISECONDS else 1)
    # Compared as numbers: not every number of seconds is a date.
    return abs(now.timestamp() - seconds) <= tolerance.total_seconds()


def _signed_text(request: HttpRequest, timestamp: str, plan: HmacPlan) -> bytes:
    """The format filled in, piece by piece: a body may itself contain what looks like a placeholder."""
    values = {
        "body": request.body,
        "timestamp": _bytes(timestamp),
        "method": _bytes(request.method),
        "url": _bytes(request.url),
        "svix-id": _bytes(request.headers.get(plan.message_id_header, "")),
    }
    pieces = _PLACEHOLDER.split(plan.payload_format)
    return b"".join(
        values.get(piece, b"") if at % 2 else _bytes(piece) for at, piece in enumerate(pieces)
    )  # every second piece is a placeholder's name


def _signature(secret: str, text: bytes, plan: HmacPlan) -> bytes:
    digest = hmac.digest(_key(secret, plan), text, _HASHES[plan.algorithm])
    encoded = base64.b64encode(digest) if plan.encoding == "base64" else digest.hex().encode()
    return _bytes(plan.prefix) + encoded


def _key(secret: str, plan: HmacPlan) -> bytes:
    if not plan.secret_is_base64:
        return _bytes(secret)
    try:
        return base64.b64decode(secret, validate=True)
    except (Base64Error, ValueError):
        return _bytes(secret)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
