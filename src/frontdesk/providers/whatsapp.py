"""WhatsApp's Cloud API, by Meta.

Its webhooks are taken apart in `whatsapp_webhooks` and read in `whatsapp_messages`, their signature is checked in
`whatsapp_signature`. How a message is asked for, and what is known when that fails, stands in `whatsapp_sending`, what
its error codes mean in `whatsapp_errors`, what is kept of an attempt in `whatsapp_exchange`. Here: the calls.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from frontdesk.errors import Exchange, Malformed, Rejected, SetupError, Unknown, Unreachable
from frontdesk.message import Item, Outgoing
from frontdesk.provider import Accepted, Answer, HttpRequest, ListedInbound, Profile, SentMessage
from frontdesk.providers import whatsapp_messages, whatsapp_signature, whatsapp_webhooks
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.no_answer import no_answer
from frontdesk.providers.redaction import json_object
from frontdesk.providers.whatsapp_errors import explain
from frontdesk.providers.whatsapp_exchange import exchange_of
from frontdesk.providers.whatsapp_sending import failure_of, send_body
from frontdesk.told import Received

__all__ = ["WhatsApp"]

IDLE_SECONDS = 5.0
"""An idle connection is dropped after this long: one that Meta closes just as we write makes a send ambiguous."""
LONGEST_ID = 256
MEDIA_HOSTS = ("fbsbx.com", "facebook.com", "whatsapp.net")
"""Where Meta keeps media. The token goes nowhere else, whatever an answer says."""


class WhatsApp:
    """One business account as a Provider; it holds connections until `aclose`."""

    name: str = "whatsapp"
    profiles: Mapping[str, Profile] = whatsapp_webhooks.PROFILES
    lists_sent: bool = False

    def __init__(
        self,
        *,
        tokens: Sequence[str],
        app_secrets: Sequence[str],
        verify_tokens: Sequence[str],
        phone_number_id: str,
        numbers: Mapping[str, str] | None = None,
        api_base: str = "https://graph.facebook.com",
        version: str = "v23.0",
        timeout: float = 10.0,
    ) -> None:
        """The first of `tokens` sends; any of `app_secrets` verifies, any of `verify_tokens` greets.

        `numbers` are the phone number ids of more numbers by E.164; all others send as `phone_number_id`. `timeout`:
        seconds for each phase of a call. Raises SetupError for a blank secret or a base that is no HTTP URL.
        """
        self._tokens = _all_given("WHATSAPP_TOKEN", tokens)
        self._app_secrets = _all_given("WHATSAPP_APP_SECRET", app_secrets)
        self._verify_tokens = _all_given("WHATSAPP_VERIFY_TOKEN", verify_tokens)
        if urlsplit(api_base).scheme not in ("http", "https") or not urlsplit(api_base).hostname:
            raise SetupError("WHATSAPP_API_BASE must be a URL such as https://graph.facebook.com.")
        self._base = f"{api_base.rstrip('/')}/{version}"
        self._phone_number_id = phone_number_id
        self._numbers = dict(numbers or {})
        self._http = httpx2.AsyncClient(
            timeout=timeout,
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS),
            headers={"Accept": "application/json"},
        )

    def greet(self, request: HttpRequest) -> Answer | None:
        """The challenge, for Meta's question whether this address is ours. Raises Forged for anybody else's."""
        return whatsapp_signature.greeting(request, self._verify_tokens)

    def verify(self, request: HttpRequest) -> None:
        """Check the signature over the raw body. Raises Forged."""
        whatsapp_signature.check_signature(request, self._app_secrets)

    def parse(self, webhook_type: str, request: HttpRequest) -> list[Item]:
        """The items of a webhook, people's messages in the order in which they were written. Raises Malformed."""
        self._only(webhook_type)
        return whatsapp_webhooks.parse(request)

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> Received:
        """The message, receipt or notice in a stored payload. Raises Malformed."""
        self._only(webhook_type)
        return whatsapp_messages.read(payload, self._base)

    async def send(self, outgoing: Outgoing) -> Accepted:
        """Ask WhatsApp to send. Raises Rejected, AccountRefused, Throttled, TooOften, Unreachable or Unknown.

        There is no idempotency key for this call, and no list: what is Unknown is settled by the status webhook that
        brings our ledger id back. What is returned or raised carries the redacted exchange.
        """
        body = send_body(outgoing)
        number = self._numbers.get(outgoing.from_address, self._phone_number_id)
        url = f"{self._base}/{number}/messages"
        try:
            answer = await self._http.post(url, json=body, headers=self._bearer())
        except httpx2.RequestError as error:
            raise no_answer("WhatsApp", error, self._exchange(outgoing, body, None, url)) from error
        exchange = self._exchange(outgoing, body, answer, url)
        message = _first_message(answer)
        if not isinstance(wamid := message.get("id"), str) or not 0 < len(wamid) <= LONGEST_ID:
            raise failure_of(answer, exchange)
        return Accepted(wamid, str(message.get("message_status") or "accepted")[:64], exchange)

    async def media(self, media_id: str) -> bytes:
        """What a person sent beside words, by its id in a webhook; WhatsApp keeps it for 7 days.

        Raises Unreachable, Throttled, AccountRefused or Rejected.
        """
        found = json_object((await self._get(f"{self._base}/{quote(media_id, safe='')}")).content) or {}
        url = str(found.get("url", ""))
        if not self._is_metas(url):
            raise Rejected("WhatsApp names a place for this media that is not Meta's: the token is not sent there.")
        return (await self._get(url)).content

    async def look_up(self, provider_message_id: str) -> SentMessage:
        """Never asked, see `lists_sent`. Raises Rejected: WhatsApp tells by status webhooks alone."""
        raise Rejected("WhatsApp cannot be asked what became of a message: only its status webhooks tell.")

    async def list_messages(self, *, to: str, sent_after: datetime, channel: str = "whatsapp") -> list[SentMessage]:
        """Never asked, see `lists_sent`. Raises Rejected: an empty list would say that nothing was sent."""
        raise Rejected("WhatsApp has no list of what was sent: only its status webhooks tell.")

    async def list_inbound(self, *, received_after: datetime) -> list[ListedInbound]:
        """Nothing: WhatsApp has no list of messages, and posts its webhooks again for seven days instead."""
        return []

    async def rebuild(self, listed: ListedInbound) -> HttpRequest:
        """Never asked, as nothing is listed. Raises Rejected."""
        raise Rejected("WhatsApp has no list of messages to rebuild a webhook from.")

    def answers_keyword(self, channel: str, body: str) -> bool:
        """False: WhatsApp answers neither STOP nor HELP by itself."""
        return False

    def means_opt_out(self, code: str | None) -> bool:
        """True for the code by which WhatsApp says that the recipient wants no more of this."""
        return code is not None and explain(code).error_class is ErrorClass.OPTED_OUT

    def means_not_textable(self, code: str | None) -> bool:
        """False: a number without WhatsApp may well take a text."""
        return False

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    def _bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[0]}"}

    def _only(self, webhook_type: str) -> None:
        if webhook_type != whatsapp_webhooks.WHATSAPP:
            raise Malformed(f"WhatsApp has no webhook of the type {webhook_type!r}.")

    def _exchange(
        self, outgoing: Outgoing, body: Mapping[str, Any], answer: httpx2.Response | None, url: str
    ) -> Exchange:
        return exchange_of(outgoing, body, answer, url=url, tokens=self._tokens)

    def _is_metas(self, url: str) -> bool:
        """True for a place that may see the token: Meta's own, or the one that stands in for its API."""
        base, place = urlsplit(self._base), urlsplit(url)
        if (place.scheme, place.netloc) == (base.scheme, base.netloc):
            return True
        host = place.hostname or ""
        return place.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in MEDIA_HOSTS)

    async def _get(self, url: str) -> httpx2.Response:
        """What stands at a URL. Reading changes nothing, so whatever fails can simply be asked again."""
        try:
            answer = await self._http.get(url, headers=self._bearer())
        except httpx2.RequestError as error:
            raise Unreachable(f"WhatsApp could not be asked ({type(error).__name__}).") from error
        if answer.is_success:
            return answer
        refusal = failure_of(answer, failed="WhatsApp did not give it")
        if isinstance(refusal, Unknown):
            raise Unreachable(f"WhatsApp could not be asked (HTTP {answer.status_code}).", code=refusal.code)
        raise refusal


def _all_given(name: str, secrets: Sequence[str]) -> tuple[str, ...]:
    if not secrets or not all(secret.strip() for secret in secrets):
        raise SetupError(f"WhatsApp needs {name}: with a blank one anybody could pass for Meta.")
    return tuple(secrets)


def _first_message(answer: httpx2.Response) -> Mapping[str, Any]:
    """The message that an answer names; empty where it names none."""
    messages = (json_object(answer.content) or {}).get("messages") if answer.is_success else None
    first = messages[0] if isinstance(messages, list) and messages else None
    return first if isinstance(first, dict) else {}
