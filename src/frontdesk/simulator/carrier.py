"""A simulated carrier: it takes messages, tells what became of them, and lets phones write to the desk."""

import asyncio
import uuid
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from frontdesk.simulator.arrivals import Arrivals
from frontdesk.simulator.faults import Fault, Faults
from frontdesk.simulator.keywords import Subscriptions
from frontdesk.simulator.messages import KEEP, MessageLog, SimulatedMessage, new_sid
from frontdesk.simulator.number_shop import NumberShop
from frontdesk.simulator.refusals import check_order
from frontdesk.simulator.webhooks import Poster, call_fields, inbound_fields, receipt_fields

__all__ = ["Carrier", "Hooks"]

STATUSES = ("queued", "sent", "delivered")
UNREACHABLE_PHONE = 30003


@dataclass(slots=True)
class Hooks:
    """Where the desk wants to hear of inbound texts and calls; blank posts nothing. The URL is what gets signed.

    `elsewhere` are numbers whose texts go to another URL.
    """

    sms_url: str = ""
    voice_url: str = ""
    elsewhere: dict[str, str] = field(default_factory=dict)


class Carrier:
    """One account at a simulated Twilio. Serve it with `frontdesk.simulator.serve`; close it with `aclose`.

    `numbers` are the senders that the account owns (E.164); empty owns any. `seed` makes the faults' dice repeatable.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        *,
        numbers: Sequence[str] = (),
        seed: int = 0,
        receipt_delay: float = 0.3,
        statuses: Sequence[str] = STATUSES,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """`receipt_delay`: seconds before each status callback. `statuses`: those that are told of.

        `transport` carries webhooks in place of the network.
        """
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.numbers = list(numbers)
        self.receipt_delay = receipt_delay
        self.statuses = tuple(statuses)
        self.api_base = ""
        """Where its API is served; attachments are named by addresses there."""
        self.faults = Faults(seed=seed)
        self.hooks = Hooks()
        self.log = MessageLog()
        self.arrivals = Arrivals()
        """Every request to create a message, also those that were refused."""
        self.subscriptions = Subscriptions()
        self.shop = NumberShop()
        """Numbers that can be bought, and those that were: they are the account's like `numbers`."""
        self.landlines: set[str] = set()
        """Phones that take no texts."""
        self.accepted = 0
        """How many messages the API has taken, forgotten ones included."""
        self._sent: deque[SimulatedMessage] = deque(maxlen=KEEP)
        self._tasks: set[asyncio.Task[None]] = set()
        self._arrival = asyncio.Condition()
        limits = httpx2.Limits(max_connections=50, max_keepalive_connections=50)
        timeout = httpx2.Timeout(15.0, connect=5.0, pool=None)
        self._http = httpx2.AsyncClient(timeout=timeout, limits=limits, trust_env=False, transport=transport)
        self._poster = Poster(self._http, auth_token)

    @property
    def sent(self) -> list[SimulatedMessage]:
        """The messages that the API accepted, in order (the last 100,000)."""
        return list(self._sent)

    def phone(self, number: str) -> list[SimulatedMessage]:
        """The chat on one phone, oldest first: what it wrote and what it got."""
        return [message for message in self.log if message.concerns(number)]

    async def accept(
        self,
        *,
        from_: str,
        to: str,
        body: str,
        media: Sequence[str] = (),
        status_callback: str = "",
        validity: str = "",
    ) -> SimulatedMessage:
        """Take one message from the API and let its receipts follow. Raises Refusal."""
        check_order(
            from_=from_,
            to=to,
            body=body,
            media=media,
            callback=status_callback,
            validity=validity,
            numbers=[*self.numbers, *self.shop.bought] if self.numbers else (),
            opted_out=self.subscriptions.is_opted_out(to, from_),
            landline=to in self.landlines,
        )
        message = SimulatedMessage(
            sid=new_sid("MM" if media else "SM"),
            direction="outbound-api",
            from_=from_,
            to=to,
            body=body,
            media=tuple((url, "") for url in media),
            status="queued",
            status_callback=status_callback,
        )
        self.log.add(message)
        self._sent.append(message)
        self._start(self._deliver(message))
        async with self._arrival:
            self.accepted += 1
            self._arrival.notify_all()
        return message

    async def text(
        self,
        from_: str,
        to: str,
        body: str,
        *,
        media: Sequence[tuple[str, str]] = (),
        times: int = 1,
        sid: str | None = None,
    ) -> list[int]:
        """A phone writes to the desk; the HTTP status of each post, 0 where no answer came.

        `media` are pairs of URL and content type. `times` posts the same message so often, with the same sid and
        idempotency token, as a retry does; a `sid` that was used before posts that one again without a new message.
        """
        message = self.log.get(sid) if sid else None
        answer = None
        if message is None:
            message = SimulatedMessage(
                sid or new_sid("MM" if media else "SM"), "inbound", from_, to, body, tuple(media)
            )
            self.log.add(message)
            answer = self.subscriptions.hear(from_, to, body)
        posts = times + self.faults.strikes(Fault.DUPLICATES)
        statuses = await self._post_text(message, posts)
        if answer is not None:
            self._say(message, answer)
        return statuses

    async def call(self, from_: str, to: str, *, sid: str | None = None) -> tuple[int, bytes]:
        """A phone calls a number of ours; the HTTP status and what the desk answered, 0 where no answer came."""
        fields = call_fields(sid or new_sid("CA"), from_, to, self.account_sid)
        return await self._poster.ask(self.hooks.voice_url, fields) if self.hooks.voice_url else (0, b"")

    async def wait_for(self, n_sent: int, timeout: float) -> None:
        """Return as soon as the API has accepted so many messages in all. Raises TimeoutError after `timeout` s."""
        async with asyncio.timeout(timeout), self._arrival:
            await self._arrival.wait_for(lambda: self.accepted >= n_sent)

    async def settled(self, timeout: float) -> None:
        """Return when no receipt is under way any more. Raises TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while self._tasks:
                await asyncio.wait(set(self._tasks))

    async def aclose(self) -> None:
        """Cancel the receipts that are under way and close connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    async def _post_text(self, message: SimulatedMessage, posts: int) -> list[int]:
        if not self.hooks.sms_url:
            return []
        fields = inbound_fields(message, self.account_sid, self.api_base)
        token = str(uuid.uuid5(uuid.NAMESPACE_URL, message.sid))  # the same for every repetition of this message
        return [await self._poster.post(self.hooks.sms_url, fields, token) for _ in range(posts)]

    def _say(self, heard: SimulatedMessage, body: str) -> None:
        """The carrier's own answer: it is on the phone, and the desk never sees it."""
        said = SimulatedMessage(new_sid("SM"), "outbound-reply", heard.to, heard.from_, body, status="delivered")
        self.log.add(said)

    async def _deliver(self, message: SimulatedMessage) -> None:
        """Bring a message to its phone, and post a receipt for each status unless a fault says otherwise."""
        undelivered = self.faults.strikes(Fault.UNDELIVERED)
        reorder = self.faults.strikes(Fault.REORDER_RECEIPTS)
        silent = self.faults.strikes(Fault.NO_RECEIPTS) or not message.status_callback
        receipts: list[dict[str, str]] = []
        for status in (*self.statuses[:-1], "undelivered") if undelivered else self.statuses:
            await asyncio.sleep(self.receipt_delay)
            if status != message.status:
                message.move(status, UNREACHABLE_PHONE if status == "undelivered" else None)
            receipts.append(receipt_fields(message, status, self.account_sid))
            if not silent and not reorder:
                await self._post_receipt(message, receipts.pop())
        while receipts and not silent:
            await self._post_receipt(message, receipts.pop())

    async def _post_receipt(self, message: SimulatedMessage, fields: dict[str, str]) -> None:
        if self.faults.strikes(Fault.LOSE_RECEIPT):
            return
        token = str(uuid.uuid4())
        for _ in range(1 + self.faults.strikes(Fault.DUPLICATES)):
            await self._poster.post(message.status_callback, fields, token)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
