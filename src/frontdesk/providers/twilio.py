"""Twilio Programmable Messaging: SMS, MMS and WhatsApp through Twilio.

Its webhooks are read in `twilio_webhooks`, their signature checked in `twilio_signature`; how a message is asked for
and what is known when that fails stands in `twilio_sending`, what its error codes mean in `twilio_errors`, what is kept
of an attempt in `twilio_exchange`. Here: the calls themselves.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from frontdesk.errors import Exchange, Malformed, Rejected, SetupError, Unknown, Unreachable
from frontdesk.message import Item, Outgoing, Receipt, TextReceived
from frontdesk.provider import Accepted, HttpRequest, ListedInbound, Profile, SentMessage
from frontdesk.providers import twilio_voice, twilio_webhooks
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.no_answer import no_answer
from frontdesk.providers.redaction import json_object
from frontdesk.providers.twilio_errors import explain
from frontdesk.providers.twilio_exchange import exchange_of
from frontdesk.providers.twilio_list import (
    Page,
    as_webhook,
    has_media,
    next_path,
    read_media,
    read_message,
    read_page,
)
from frontdesk.providers.twilio_numbers import (
    NumberOrder,
    OwnedNumber,
    order_form,
    read_available,
    read_number,
    read_numbers,
    search_query,
)
from frontdesk.providers.twilio_sending import failure_of, send_form, wire_address
from frontdesk.providers.twilio_signature import check_signature
from frontdesk.providers.twilio_webhooks import SID
from frontdesk.told import CallReceived

__all__ = ["ANSWERED_KEYWORDS", "Twilio"]

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
    lists_sent: bool = True
    profiles: Mapping[str, Profile]

    def __init__(
        self,
        *,
        account_sid: str,
        auth_tokens: Sequence[str],
        api_base: str,
        status_callback: str,
        timeout: float = 10.0,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`auth_tokens`: any of them verifies, the first sends. `timeout`: seconds for each phase of a call.

        `transport` carries the calls in place of the network, such as to a simulator in this very process.

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
        self._account_sid = account_sid
        self._base = api_base.rstrip("/")
        self._account_url = f"{self._base}/2010-04-01/Accounts/{account_sid}"
        self._messages_url = f"{self._account_url}/Messages.json"
        self._http = httpx2.AsyncClient(
            auth=(account_sid, self._tokens[0]),
            timeout=timeout,
            transport=transport,
            limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_SECONDS),
            headers={"Accept": "application/json"},
        )

    def greet(self, request: HttpRequest) -> None:
        """None: Twilio asks for no greeting."""

    def verify(self, request: HttpRequest) -> None:
        """Check the signature. Raises Forged, or Malformed for more than 1000 fields."""
        check_signature(request, self._tokens)

    def parse(self, webhook_type: str, request: HttpRequest) -> list[Item]:
        """The one item of a webhook. Raises Malformed."""
        if webhook_type == twilio_webhooks.SMS:
            return [twilio_webhooks.parse_text(request)]
        if webhook_type == twilio_webhooks.STATUS:
            return [twilio_webhooks.parse_receipt(request)]
        if webhook_type == twilio_webhooks.VOICE:
            return [twilio_voice.parse_call(request)]
        raise Malformed(f"Twilio has no webhook of the type {webhook_type!r}.")

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> TextReceived | Receipt | CallReceived:
        """The typed message or call in a stored payload. Raises Malformed."""
        if webhook_type == twilio_webhooks.SMS:
            return twilio_webhooks.read_text(payload)
        if webhook_type == twilio_webhooks.STATUS:
            return twilio_webhooks.read_receipt(payload)
        if webhook_type == twilio_webhooks.VOICE:
            return twilio_voice.read_call(payload)
        raise Malformed(f"Twilio has no webhook of the type {webhook_type!r}.")

    async def send(self, outgoing: Outgoing) -> Accepted:
        """Create the message at Twilio. Raises Rejected, AccountRefused, Throttled, Unreachable or Unknown.

        There is no idempotency key for this call (Twilio, Message resource): what is Unknown must be looked up with
        `list_messages`, never repeated as it is. What is returned or raised carries the redacted exchange.
        """
        form = send_form(outgoing, self._callback)
        try:
            answer = await self._http.post(self._messages_url, data=form)
        except httpx2.RequestError as error:
            raise no_answer("Twilio", error, self._exchange(form, None)) from error
        exchange = self._exchange(form, answer)
        body = _json(answer) if answer.is_success else {}
        if not isinstance(sid := body.get("sid"), str) or not SID.fullmatch(sid):
            raise failure_of(answer, exchange)
        return Accepted(sid, str(body.get("status", "")), exchange)

    async def look_up(self, provider_message_id: str) -> SentMessage:
        """One message as it stands now. Raises Unreachable, Throttled, AccountRefused or Rejected (it is not there)."""
        name = quote(provider_message_id, safe="")
        message = read_message(await self._get(f"{self._account_url}/Messages/{name}.json", {}))
        if message.provider_message_id != provider_message_id:
            raise Unreachable("Twilio answered with another message than it was asked for.")
        return message

    async def list_messages(self, *, to: str, sent_after: datetime, channel: str = "sms") -> list[SentMessage]:
        """All outbound messages to one address that Twilio created at or after `sent_after`.

        `sent_after` is aware, and is Twilio's clock: allow for skew. It is compared by whole seconds, as Twilio tells
        no finer. Raises Unreachable, Throttled, AccountRefused or Rejected; never returns a part of the list.
        """
        # No DateSent filter on the wire: a message that still waits in Twilio's queue has no DateSent, would be
        # missing from the list, and be sent twice.
        # Nor an early stop: the order of such messages in the list is not promised either.
        since = sent_after.astimezone(UTC).replace(microsecond=0)
        asked = {"To": wire_address(channel, to), "PageSize": PAGE_SIZE}
        return [m async for page in self._pages(asked) for m in page.outbound if m.created_at >= since]

    async def list_inbound(self, *, received_after: datetime) -> list[ListedInbound]:
        """All inbound messages that Twilio created at or after `received_after`, on any number of the account.

        `received_after` is aware, and is Twilio's clock, compared by whole seconds. Raises Unreachable, Throttled,
        AccountRefused or Rejected; never returns a part of the list.
        """
        since = received_after.astimezone(UTC).replace(microsecond=0)
        # The filter goes by days of UTC. An inbound message's DateSent is when its webhook was first posted (Twilio,
        # Message resource), so never before it was created: what is wanted passes the filter.
        asked = {"DateSent>": since.date().isoformat(), "PageSize": PAGE_SIZE}
        listed = [m async for page in self._pages(asked) for m in page.inbound if m.came_in_at >= since]
        listed.reverse()  # the newest come first: turned round, those of one second stay in order too
        return sorted(listed, key=lambda message: message.came_in_at)

    async def list_numbers(self) -> list[OwnedNumber]:
        """All numbers of the account. Raises Unreachable, Throttled, AccountRefused or Rejected; never a part."""
        found: list[OwnedNumber] = []
        url, params = f"{self._account_url}/IncomingPhoneNumbers.json", {"PageSize": PAGE_SIZE}
        for _ in range(MAX_PAGES):
            answer = await self._get(url, params)
            found += read_numbers(answer)
            if (path := next_path(answer.get("next_page_uri"))) is None:
                return found
            url, params = self._base_origin() + path, {}
        raise Unreachable("Twilio's list of numbers has no end.")

    async def numbers_for_sale(self, country: str, area_code: str = "") -> list[str]:
        """Local numbers of a country (two letters) that can be bought. Raises as `list_numbers` does."""
        url = f"{self._account_url}/AvailablePhoneNumbers/{quote(country, safe='')}/Local.json"
        return read_available(await self._get(url, search_query(area_code)))

    async def buy_number(self, order: NumberOrder) -> OwnedNumber:
        """Buy a number, which costs money each month. Raises a SendError, as `send` does.

        There is no idempotency key: what is Unknown is looked for by its name in `list_numbers`, never bought again.
        """
        url = f"{self._account_url}/IncomingPhoneNumbers.json"
        try:
            answer = await self._http.post(url, data=order_form(order))
        except httpx2.RequestError as error:
            raise no_answer("Twilio", error, None, "bought") from error
        bought = read_number(_json(answer) if answer.is_success else {})
        if bought.number != order.number:
            raise failure_of(answer, failed="Not bought", done="bought")
        return bought

    async def rebuild(self, listed: ListedInbound) -> HttpRequest:
        """The webhook of a listed message. Raises Unreachable, Throttled or AccountRefused.

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

    def means_not_textable(self, code: str | None) -> bool:
        """True for the codes by which Twilio says that no text will ever reach this number, such as a landline's."""
        return explain(code).error_class is ErrorClass.BAD_NUMBER

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    def _exchange(self, form: Mapping[str, str | list[str]], answer: httpx2.Response | None) -> Exchange:
        return exchange_of(
            form, answer, messages_url=self._messages_url, account_sid=self._account_sid, tokens=self._tokens
        )

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
        """The JSON that stands at a URL. Reading changes nothing, so whatever fails can simply be asked again."""
        try:
            answer = await self._http.get(url, params=params or None)
        except httpx2.RequestError as error:
            raise Unreachable(f"Twilio could not be asked ({type(error).__name__}).") from error
        if answer.is_success:
            return _json(answer)
        refusal = failure_of(answer, failed="Twilio did not tell")
        if isinstance(refusal, Unknown):
            raise Unreachable(f"Twilio could not be asked (HTTP {answer.status_code}).", code=refusal.code)
        raise refusal

    def _base_origin(self) -> str:
        parts = urlsplit(self._base)
        return f"{parts.scheme}://{parts.netloc}"


def _json(answer: httpx2.Response) -> dict[str, Any]:
    """The answer's JSON object; empty where it is none, as from a gateway in between."""
    return json_object(answer.content) or {}
