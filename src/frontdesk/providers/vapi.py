"""Vapi: voice agents that talk to callers, ask the desk what to do, and tell it what became of each call.

Its messages are read in `vapi_webhooks`, what they ask in `vapi_questions`, what they tell in `vapi_reports`; how it
proves who it is stands in `vapi_auth`, what is kept out of the database in `vapi_secrets`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from frontdesk.errors import Malformed, SetupError
from frontdesk.message import Item
from frontdesk.provider import HttpRequest, Profile
from frontdesk.providers.vapi_auth import SCHEMES, HmacPlan, check_auth
from frontdesk.providers.vapi_questions import Asked, read_asked
from frontdesk.providers.vapi_reports import kept_as, read_news
from frontdesk.providers.vapi_secrets import without_secrets
from frontdesk.providers.vapi_webhooks import PROFILES, VAPI, Envelope, as_item, numbers_in, read_envelope
from frontdesk.told import VoiceLine, VoiceReport, VoiceStatus

__all__ = ["Vapi"]

log = structlog.get_logger(__name__)

_LEAST_SECRET = 8  # characters; to hide a shorter one would hide half of every text


def _real_time() -> datetime:
    return datetime.now(UTC)


class Vapi:
    """One Vapi organisation as a Provider."""

    name: str = "vapi"
    profiles: Mapping[str, Profile]

    def __init__(
        self,
        *,
        secrets: Sequence[str],
        schemes: frozenset[str] = SCHEMES,
        plan: HmacPlan | None = None,
        now: Callable[[], datetime] = _real_time,
    ) -> None:
        """`secrets`: any of them is good. `schemes`: how it may be proven. `now`: real time, for signatures' age.

        Raises SetupError for a blank secret.
        """
        self._secrets = tuple(secrets)
        if not self._secrets or not all(secret.strip() for secret in self._secrets):
            raise SetupError("Vapi needs VAPI_SECRET: with a blank secret anybody could call tools.")
        self.profiles = PROFILES
        self._schemes = schemes
        self._plan = plan or HmacPlan()
        self._now = now
        self._hidden = tuple(secret for secret in self._secrets if len(secret) >= _LEAST_SECRET)

    def greet(self, request: HttpRequest) -> None:
        """None: Vapi asks for no greeting."""

    def verify(self, request: HttpRequest) -> None:
        """Check that the sender has our secret. Raises Forged."""
        check_auth(request, self._secrets, schemes=self._schemes, plan=self._plan, now=self._now())

    def parse(self, webhook_type: str, request: HttpRequest) -> list[Item]:
        """The item of a message that informs, if it is kept; none for others. Raises Malformed."""
        envelope = read_envelope(request)
        request_id = kept_as(envelope)
        if request_id is None:
            log.info("voice_message_acknowledged", kind=envelope.kind[:100], call_id=envelope.call_id)
            return []
        return [self.item(envelope, request_id, "")]

    def asked(self, request: HttpRequest) -> tuple[Envelope, Asked] | None:
        """What a message asks, with its envelope; None for one that only informs. Raises Malformed."""
        envelope = read_envelope(request)
        asked = read_asked(envelope)
        return (envelope, asked) if asked is not None else None

    def item(self, envelope: Envelope, request_id: str, function_name: str) -> Item:
        """A message as it is kept, without our secrets."""
        return as_item(envelope, request_id, function_name, self._hidden)

    def hidden(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """`value` without our secrets, to be kept."""
        return without_secrets(value, self._hidden)[0]

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> VoiceStatus | VoiceReport | VoiceLine:
        """The news in a stored payload. Raises Malformed."""
        if webhook_type != VAPI:
            raise Malformed(f"Vapi has no webhook of the type {webhook_type!r}.")
        return read_news(payload)

    def numbers(self, payload: Mapping[str, Any]) -> tuple[str, str]:
        """Our number and the caller's (or SIP address) in a stored payload; empty where hidden or not told."""
        return numbers_in(payload)

    async def aclose(self) -> None:
        """Nothing is open: the desk is asked and does not ask."""
