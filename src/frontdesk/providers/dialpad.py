"""Dialpad: events of calls and texts on a company's telephone system. Nothing is sent through it.

Its signature is checked in `dialpad_signature`; what its events say stands in `dialpad_calls` and `dialpad_webhooks`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from frontdesk.errors import Forged, Malformed, SetupError
from frontdesk.message import Item, Receipt, TextReceived
from frontdesk.provider import HttpRequest, Profile
from frontdesk.providers.dialpad_calls import read_call
from frontdesk.providers.dialpad_signature import claims_of, claims_unsigned
from frontdesk.providers.dialpad_webhooks import PROFILES, item_of, read_text
from frontdesk.told import CallReceived

__all__ = ["PROFILES", "Dialpad"]


class Dialpad:
    """One Dialpad company as a Provider."""

    name: str = "dialpad"
    profiles: Mapping[str, Profile] = PROFILES

    def __init__(self, *, secrets: Sequence[str], allow_unsigned: bool = False) -> None:
        """`secrets`: any of them verifies. `allow_unsigned` lets plain JSON in, and only where there is no secret.

        Raises SetupError for a blank secret, and for none where unsigned events are not allowed.
        """
        self._secrets = tuple(secrets)
        if not all(secret.strip() for secret in self._secrets):
            raise SetupError("DIALPAD_WEBHOOK_SECRET has a blank part: with it anybody could sign webhooks.")
        if not self._secrets and not allow_unsigned:
            raise SetupError("Dialpad needs DIALPAD_WEBHOOK_SECRET, or DIALPAD_ALLOW_UNSIGNED=true where it has none.")
        self._checked: tuple[bytes, dict[str, Any]] | None = None

    def greet(self, request: HttpRequest) -> None:
        """None: Dialpad asks for no greeting."""

    def verify(self, request: HttpRequest) -> None:
        """Check the signature. Raises Forged, or Malformed for what is signed and no event."""
        self._checked = (request.body, self._claims(request))

    def parse(self, webhook_type: str, request: HttpRequest) -> list[Item]:
        """The item of one event; none for events of agents and contacts. Raises Forged or Malformed."""
        if webhook_type not in self.profiles:
            raise Malformed(f"Dialpad has no webhook of the type {webhook_type!r}.")
        checked, self._checked = self._checked, None
        # A transcript takes milliseconds to check: what was checked a moment ago is not checked again.
        known = checked[1] if checked is not None and checked[0] is request.body else self._claims(request)
        item = item_of(known)
        return [item] if item is not None else []

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> CallReceived | TextReceived | Receipt:
        """The call or text in a stored payload. Raises Malformed."""
        return read_call(payload) if payload.get("call_id") is not None else read_text(payload)

    async def aclose(self) -> None:
        """Nothing is open."""

    def _claims(self, request: HttpRequest) -> dict[str, Any]:
        if request.method.upper() != "POST":
            raise Forged("Dialpad posts its events.")
        if self._secrets:
            return claims_of(request.body, self._secrets)
        return claims_unsigned(request.body)
