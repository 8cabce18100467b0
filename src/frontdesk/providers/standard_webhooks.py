"""Standard Webhooks: signing and checking, also under Svix's header names.

Source: the Standard Webhooks specification. HMAC-SHA256 over `<id>.<timestamp>.<raw body>`, in base64 behind `v1,`; the
key is the secret without `whsec_`, decoded from base64. Other versions in the list are skipped.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime

from frontdesk.errors import Forged, SetupError

__all__ = ["TOLERANCE", "check_signature", "read_key", "sign", "webhook_id"]

TOLERANCE = 300
"""Seconds that a timestamp may be off, either way."""

_PREFIX = "whsec_"
_NAMES = ("webhook", "svix")
_LONGEST_TIME = 12  # digits
_LONGEST_ID = 255
_SHORTEST_KEY = 8  # bytes; the specification asks for 24, and what is shorter than this can be guessed


def read_key(secret: str, setting: str) -> bytes:
    """The signing key in a secret text. Raises SetupError that names the setting."""
    text = secret.strip().removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SetupError(
            f"{setting} is no signing secret: copy it whole, whsec_ and base64, from the source."
        ) from error
    if len(key) < _SHORTEST_KEY:
        raise SetupError(f"{setting} is too short: with it anybody could sign. Make one of 24 to 64 random bytes.")
    return key


def webhook_id(headers: Mapping[str, str]) -> str:
    """The id under which a webhook is sent, the same at every try; empty where there is none."""
    return _given(headers)[0]


def _given(headers: Mapping[str, str]) -> tuple[str, str, str]:
    """Id, timestamp and signatures, all of one family of names."""
    family = next((name for name in _NAMES if headers.get(f"{name}-id")), _NAMES[0])
    told = [headers.get(f"{family}-{part}", "") for part in ("id", "timestamp", "signature")]
    return told[0], told[1], told[2]


def check_signature(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime) -> None:
    """Raise Forged unless one of the keys signed this body under this id, within five minutes of `now`."""
    sent_id, time, signatures = _given(headers)
    if not (sent_id and time and signatures):
        raise Forged("The webhook lacks one of the headers webhook-id, webhook-timestamp, webhook-signature.")
    # A dot in the id would let a signed text be cut in another place, into another id and body.
    if "." in sent_id or len(sent_id) > _LONGEST_ID or not sent_id.isprintable():
        raise Forged("The webhook-id is longer than any real one, or holds a dot or what cannot be printed.")
    if not (time.isascii() and time.isdigit() and len(time) <= _LONGEST_TIME):
        raise Forged("The webhook-timestamp is no time in seconds.")
    entries = [entry.partition(",") for entry in signatures.split(" ")]
    given = [value.encode("utf-8", "replace") for version, _, value in entries if version == "v1"]
    wanted = [sign(key, sent_id, int(time), body).partition(",")[2].encode() for key in keys]
    # All are compared, so that the time taken tells nothing of which key came close.
    matches = [hmac.compare_digest(one, each) for one in wanted for each in given]
    if not any(matches):
        raise Forged("No v1 entry of webhook-signature matches: another secret, id or body.")
    if abs(now.timestamp() - int(time)) > TOLERANCE:
        raise Forged(f"The webhook-timestamp is more than {TOLERANCE} s off; is this machine's clock right?")


def sign(key: bytes, sent_id: str, time: int, body: bytes) -> str:
    """The entry of webhook-signature for a body: `v1,` and base64."""
    signed = hmac.digest(key, f"{sent_id}.{time}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(signed).decode()}"
