"""Is a webhook Dialpad's own? With a secret its whole body is one compact JWT, HS256, and the claims are the event.

Source: Dialpad, "Webhooks". The token has no time in it and never expires: nothing but the event's own key tells a
replay. Content types vary, so that the body alone is looked at. Secrets may be short (the documentation has "puppy").
"""

import json
from collections.abc import Sequence
from typing import Any

from jwt import PyJWS
from jwt.algorithms import HMACAlgorithm
from jwt.exceptions import PyJWTError

from frontdesk.errors import Forged, Malformed

__all__ = ["claims_of", "claims_unsigned"]

ALGORITHM = "HS256"
DEEPEST = 100
"""Levels of nesting; an event has about five."""


class _AnyLength(HMACAlgorithm):
    """HMAC with a key of any length: Dialpad takes short ones, and a warning must not become an error."""

    def check_key_length(self, key: bytes) -> str | None:
        return None


# No other algorithm is known here, so that no token can choose one; no claim is asked for, as Dialpad sends none.
_JWS = PyJWS(algorithms=[])
_JWS.register_algorithm(ALGORITHM, _AnyLength(HMACAlgorithm.SHA256))


def claims_of(body: bytes, secrets: Sequence[str]) -> dict[str, Any]:
    """The event in a signed body. Raises Forged unless one of `secrets` signed it, Malformed where it is no event."""
    token = body.strip()
    if token.startswith((b"{", b"[")):
        raise Forged("The webhook from Dialpad is not signed, and DIALPAD_WEBHOOK_SECRET is set.")
    payload = None
    for secret in secrets:  # all are tried, so that the time taken tells nothing of which came close
        try:
            payload = _JWS.decode_complete(token, secret.encode(), algorithms=[ALGORITHM])["payload"]
        except (PyJWTError, ValueError):
            continue
    if payload is None:
        raise Forged("The webhook from Dialpad is not signed with DIALPAD_WEBHOOK_SECRET.")
    return _event(payload)


def claims_unsigned(body: bytes) -> dict[str, Any]:
    """The event in a plain body. Raises Forged for a token that nobody here can check, Malformed for no event."""
    plain = body.strip()
    if not plain.startswith((b"{", b"[")) and plain.count(b".") == 2:
        raise Forged("The webhook from Dialpad is signed: set DIALPAD_WEBHOOK_SECRET to the secret it has there.")
    return _event(plain)


def _event(text: bytes) -> dict[str, Any]:
    try:
        event = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed("The webhook from Dialpad is no JSON.") from error
    if not isinstance(event, dict):
        raise Malformed("The webhook from Dialpad is no JSON object.")
    if _deeper(event, DEEPEST):
        raise Malformed(f"The webhook from Dialpad is nested deeper than {DEEPEST} levels.")
    return event


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _deeper(value: Any, levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [item for one in layer for item in (one.values() if isinstance(one, dict) else one)
                 if isinstance(item, dict | list)]  # fmt: skip
        if not layer:
            return False
    return True
