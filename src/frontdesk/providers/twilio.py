"""Twilio Programmable Messaging: SMS, MMS and WhatsApp through Twilio.

Its webhooks are read in `twilio_webhooks`, their signature checked in `twilio_signature`; what its error codes mean
stands in `twilio_errors`. Here: sending, and listing what was sent and what came in.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from frontdesk.errors import Malformed, Rejected, SetupError, Throttled, Unknown, Unreachable
from frontdesk.message import Item, Outgoing, Receipt, TextReceived
from frontdesk.provider import Accepted, HttpRequest, ListedInbound, Profile, SentMessage
from frontdesk.providers import twilio_webhooks
from frontdesk.providers.retry_after import delay_seconds
from frontdesk.providers.twilio_errors import ErrorClass, explain
from frontdesk.providers.twilio_list import Page, as_webhook, has_media, read_media, read_page
from frontdesk.providers.twilio_signature import check_signature

__all__ = ["ANSWERED_KEYWORDS", "Twilio"]

# Nothing of the request was written yet. All else that goes wrong may have happened after the carrier took it.
NOTHING_WRITTEN = (
    httpx2.ConnectError,  # refused, DNS, TLS
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,  # the tunnel was never opened
    httpx2.UnsupportedProtocol,
)
IDLE_SECONDS = 5.0
"""An idle connection is dropped after this long: one that Twilio closes just as we write makes a send ambiguous."""
PAGE_SIZE = "1000"
MAX_PAGES = 500
"""More than that is a list that leads in circles."""
ANSWERED_KEYWORDS = frozenset(
    "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT START YES UNSTOP HELP INFO".split()  # noqa: SIM905
)
"""Source: Twilio, default keyword handling."""


class Twilio:
    """One Twilio account as a Provider; it holds connections until `aclose`."""

    name: str = "twilio"
    profiles: Mapping[str, Profile]

    def __init__(
        self,
        *,
        account_sid: str,
        auth_tokens: Sequence[str],
        api_base: str,
        status_callback: str,
        timeout: float = 10.0,
    ) -> None:
        """`auth_tokens`: any of them verifies, the first sends. `timeout`: seconds for each phase of a call.

        `status_callback` is the URL that receipts are posted to, without our `?ref=`; blank asks for none.
        Raises SetupError for a blank token or a base that is no HTTP URL.
        """
        self.profiles = twilio_webhooks.PROFILES
        self._tokens = tuple(auth_tokens)
        if not self._tokens or not all(token.strip() for token in self._tokens):
            raise SetupError("Twilio needs TWILIO_AUTH_TOKEN: with a blank token anybody could sign webhooks.")
        if urlsplit(api_base).scheme not in ("http", "https") or not urlsplit(api_base).hostname:
            raise SetupError("TWILIO_API_BASE must be a URL such as https://api.twilio.com.")
        self._callback = status_callback
        self._base = api_base.rstrip("/")
        self._account_url = f"{self._base}/2010-04-01/Accounts/{account_sid}"
        self._messages_url = f"{self._account_url}/Messages.json"
        self._http = httpx2.AsyncClient(
            auth=(account_sid, self._tokens[0]),
            timeout=timeout,
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS),
            headers={"Accept": "application/json"},
        )

    def verify(self, request: HttpRequest) -> None:
        """Check the signature. Raises Forged, or Malformed for more than 1000 fields."""
        check_signature(request, self._tokens)

    def parse(self, webhook_type: str, request: HttpRequest) -> list[Item]:
        """The one item of a webhook. Raises Malformed."""
        if webhook_type == twilio_webhooks.SMS:
            return [twilio_webhooks.parse_text(request)]
        if webhook_type == twilio_webhooks.STATUS:
            return [twilio_webhooks.parse_receipt(request)]
        raise Malformed(f"Twilio has no webhook of the type {webhook_type!r}.")

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> TextReceived | Receipt:
        """The typed message in a stored payload. Raises Malformed."""
        if webhook_type == twilio_webhooks.SMS:
            return twilio_webhooks.read_text(payload)
        if webhook_type == twilio_webhooks.STATUS:
            return twilio_webhooks.read_receipt(payload)
        raise Malformed(f"Twilio has no webhook of the type {webhook_type!r}.")

    async def send(self, outgoing: Outgoing) -> Accepted:
        """Create the message at Twilio. Raises Rejected, Throttled, Unreachable or Unknown.

        There is no idempotency key for this call (Twilio, Message resource): what is Unknown must be looked up with
        `list_messages`, never repeated as it is.
        """
        try:
            answer = await self._http.post(self._messages_url, data=self._form(outgoing))
        except NOTHING_WRITTEN as error:
            raise Unreachable(f"Twilio could not be reached ({type(error).__name__}).") from error
        except httpx2.RequestError as error:
            raise Unknown(f"No answer from Twilio ({type(error).__name__}): it may have been sent.") from error
        if not answer.is_success:
            raise _send_error(answer)
        body = _json(answer)
        if not isinstance(body.get("sid"), str) or not body["sid"]:
            raise Unknown("Twilio's answer names no message: it may have been sent.")
        return Accepted(provider_message_id=body["sid"], provider_status=str(body.get("status", "")))

    async def list_messages(self, *, to: str, sent_after: datetime, channel: str = "sms") -> list[SentMessage]:
        """All outbound messages to one address that Twilio created at or after `sent_after`.

        `sent_after` is aware, and is Twilio's clock: allow for skew. It is compared by whole seconds, as Twilio tells
        no finer. Raises Unreachable, Throttled or Rejected; never returns a part of the list.
        """
        # No DateSent filter on the wire: a message that still waits in Twilio's queue has no DateSent, would be
        # missing from the list, and be sent twice.
        # Nor an early stop: the order of such messages in the list is not promised either.
        since = sent_after.astimezone(UTC).replace(microsecond=0)
        asked = {"To": _address(channel, to), "PageSize": PAGE_SIZE}
        return [m async for page in self._pages(asked) for m in page.outbound if m.created_at >= since]

    async def list_inbound(self, *, received_after: datetime) -> list[ListedInbound]:
        """All inbound messages that Twilio created at or after `received_after`, on any number of the account.

        `received_after` is aware, and is Twilio's clock, compared by whole seconds. Raises Unreachable, Throttled or
        Rejected; never returns a part of the list.
        """
        since = received_after.astimezone(UTC).replace(microsecond=0)
        # The filter goes by days of UTC. An inbound message's DateSent is when its webhook was first posted (Twilio,
        # Message resource), so never before it was created: what is wanted passes the filter.
        asked = {"DateSent>": since.date().isoformat(), "PageSize": PAGE_SIZE}
        listed = [m async for page in self._pages(asked) for m in page.inbound if m.came_in_at >= since]
        listed.reverse()  # the newest come first: turned round, those of one second stay in order too
        return sorted(listed, key=lambda message: message.came_in_at)

    async def rebuild(self, listed: ListedInbound) -> HttpRequest:
        """The webhook of a listed message. Raises Unreachable or Throttled.

        Attachments that Twilio does not have any more are left out: the text counts for more.
        """
        if not has_media(listed):
            return as_webhook(listed, [])
        try:
            answer = await self._get(f"{self._account_url}/Messages/{listed.provider_message_id}/Media.json", {})
        except Rejected:
            return as_webhook(listed, [])
        return as_webhook(listed, read_media(answer, self._base_origin()))

    def answers_keyword(self, channel: str, body: str) -> bool:
        """True for Twilio's default keywords by SMS: a whole message, any case, trimmed. Not on WhatsApp."""
        return channel == "sms" and body.strip().upper() in ANSWERED_KEYWORDS

    def means_opt_out(self, code: str | None) -> bool:
        """True for the codes by which Twilio says that the recipient opted out."""
        return explain(code).error_class is ErrorClass.OPTED_OUT

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    def _form(self, outgoing: Outgoing) -> dict[str, str | list[str]]:
        form: dict[str, str | list[str]] = {"To": _address(outgoing.channel, outgoing.to_address)}
        if outgoing.from_address.startswith("MG"):  # a Messaging Service, which chooses the number
            form["MessagingServiceSid"] = outgoing.from_address
        else:
            form["From"] = _address(outgoing.channel, outgoing.from_address)
        if outgoing.body:
            form["Body"] = outgoing.body
        if outgoing.media_urls:
            form["MediaUrl"] = list(outgoing.media_urls)
        if self._callback:
            form["StatusCallback"] = _with_ref(self._callback, outgoing.ledger_id)
        return form

    async def _pages(self, asked: Mapping[str, str]) -> AsyncIterator[Page]:
        """The pages of the message list, all of them or an error."""
        url, params = self._messages_url, asked
        for _ in range(MAX_PAGES):
            page = read_page(await self._get(url, params))
            yield page
            if page.next_path is None:
                return
            url, params = self._base_origin() + page.next_path, {}
        raise Unreachable("Twilio's list of messages has no end.")

    async def _get(self, url: str, params: Mapping[str, str]) -> dict[str, Any]:
        """One page of a list. Reading changes nothing, so whatever fails can simply be asked again."""
        try:
            answer = await self._http.get(url, params=params or None)
        except httpx2.RequestError as error:
            raise Unreachable(f"Twilio's list could not be read ({type(error).__name__}).") from error
        if answer.is_success:
            return _json(answer)
        refusal = _send_error(answer, "Twilio's list could not be read")
        if isinstance(refusal, Unknown):
            raise Unreachable(f"Twilio's list could not be read (HTTP {answer.status_code}).", code=refusal.code)
        raise refusal

    def _base_origin(self) -> str:
        parts = urlsplit(self._base)
        return f"{parts.scheme}://{parts.netloc}"


def _send_error(answer: httpx2.Response, failed: str = "Not sent") -> Rejected | Throttled | Unknown:
    """What an answer that is no success says of the message: 429 and 4xx are known not sent, 408, 3xx and 5xx not."""
    code = _error_code(answer)
    status = answer.status_code
    if status == 408 or not 400 <= status < 500:
        return Unknown(f"Twilio answered HTTP {status}: it may have been sent.", code=code)
    advice = explain(code)
    if status == 429 or advice.error_class is ErrorClass.RETRY:
        delay = delay_seconds(answer.headers, advice.retry_after or 1.0)
        words = advice.words if advice.error_class is ErrorClass.RETRY else "too many requests at once"
        return Throttled(f"{failed} yet: {words}.", retry_after=delay, code=code)
    return Rejected(f"{failed}: {advice.words} (HTTP {status}). {advice.todo}", code=code)


def _error_code(answer: httpx2.Response) -> str | None:
    code = _json(answer).get("code")
    return str(code) if isinstance(code, int | str) else None


def _json(answer: httpx2.Response) -> dict[str, Any]:
    """The answer's JSON object; empty where it is none, as from a gateway in between."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _address(channel: str, address: str) -> str:
    return f"{channel}:{address}" if channel in twilio_webhooks.CHANNELS.values() else address


def _with_ref(url: str, ledger_id: int) -> str:
    """The callback URL with our id in its query, before a fragment (Twilio's connection overrides)."""
    address, hash_sign, overrides = url.partition("#")
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}ref={ledger_id}{hash_sign}{overrides}"
