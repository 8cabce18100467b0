"""A simulated WhatsApp: it takes messages, tells what became of them, and lets people write to the desk."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from frontdesk.errors import FrontdeskError
from frontdesk.simulator.faults import Fault, Faults
from frontdesk.simulator.whatsapp_webhooks import Value, encoded, envelope, inbound_message, sign, status_of

__all__ = ["GraphError", "WhatsAppCarrier", "WhatsAppMessage"]

WINDOW = timedelta(hours=24)
UNDELIVERABLE = (131026, "Message undeliverable")
WINDOW_CLOSED = (131047, "Re-engagement message")
KINDS = ("text", "template", "interactive", "image", "video", "audio", "document", "sticker", "location", "contacts")
LONGEST_TEXT = 4096


class GraphError(FrontdeskError):
    """The API says no: `code` is Meta's, `status` the HTTP status; nothing was sent."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@dataclass(slots=True)
class WhatsAppMessage:
    """One message that the API took, with the statuses that followed."""

    wamid: str
    from_: str
    to: str
    asked: Mapping[str, Any]
    """The JSON of the request."""
    history: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        """Its words: of a template, what its parameters were filled with."""
        match self.asked["type"]:
            case "text":
                return str(self.asked["text"]["body"])
            case "interactive":
                return str(self.asked["interactive"]["body"]["text"])
            case "template":
                filled = [p for part in self.asked["template"].get("components", ()) for p in part["parameters"]]
                return " ".join(str(parameter["text"]) for parameter in filled)
        return ""

    @property
    def template(self) -> str | None:
        """The name of the template, where it went as one."""
        return str(self.asked["template"]["name"]) if self.asked["type"] == "template" else None


class WhatsAppCarrier:
    """One business account at a simulated WhatsApp; serve it with `frontdesk.simulator.serve_whatsapp`.

    `numbers` are our numbers (E.164) by their phone number ids. `now` is its clock: the 24-hour window goes by it.
    """

    def __init__(
        self,
        *,
        token: str,
        app_secret: str,
        numbers: Mapping[str, str],
        templates: Sequence[str] = (),
        seed: int = 0,
        status_delay: float = 0.05,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`templates` are the approved ones, empty knows any; `status_delay`: seconds before each status."""
        self.token = token
        self.numbers = dict(numbers)
        self.templates = tuple(templates)
        self.status_delay = status_delay
        self.faults = Faults(seed=seed)
        self.hook_url = ""
        """Where the desk wants to hear of messages and statuses; blank posts nothing."""
        self.sent: list[WhatsAppMessage] = []
        """What the API accepted, in order, also where it did not say so."""
        self.retry_after = (0.05, 0.2, 0.5)
        """Seconds before each further try of a webhook that was not answered 200."""
        self._secret = app_secret
        self._now = now
        self._refusals: list[GraphError] = []
        self._wrote_at: dict[tuple[str, str], datetime] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._http = httpx2.AsyncClient(timeout=httpx2.Timeout(15.0, connect=5.0), trust_env=False)

    def refuse_next(self, code: int, message: str = "refused", *, status: int = 400, times: int = 1) -> None:
        """Let exactly the next `times` messages be refused with this code."""
        self._refusals += [GraphError(code, message, status)] * times

    def accept(self, phone_number_id: str, asked: Mapping[str, Any]) -> WhatsAppMessage:
        """Take one message from the API and let its statuses follow. Raises GraphError."""
        if self._refusals:
            raise self._refusals.pop(0)
        self._check(phone_number_id, asked)
        to = f"+{str(asked['to']).removeprefix('+')}" if "to" in asked else str(asked["recipient"])
        message = WhatsAppMessage(f"wamid.{uuid.uuid4().hex}", self.numbers[phone_number_id], to, asked)
        self.sent.append(message)
        self._start(self._deliver(phone_number_id, message))
        return message

    async def text(self, person: str, body: str, *, to: str | None = None, wamid: str | None = None) -> int:
        """A person writes to one of our numbers, the first by default; the HTTP status of the webhook, 0 for none."""
        return await self.write(person, {"text": {"body": body}}, to=to, wamid=wamid)

    async def write(
        self, person: str, content: Mapping[str, Any], *, to: str | None = None, wamid: str | None = None
    ) -> int:
        """The same with any content, such as `{"image": {…}}`."""
        message = self.written(person, content, to=to, wamid=wamid)
        return await self.post([self.value(to, messages=[message])])

    def written(
        self, person: str, content: Mapping[str, Any], *, to: str | None = None, wamid: str | None = None
    ) -> dict[str, Any]:
        """What a person wrote just now, for a webhook of one's own making; it opens the 24-hour window."""
        number = to or next(iter(self.numbers.values()))
        self._wrote_at[number, person] = self._now()
        return inbound_message(wamid or f"wamid.{uuid.uuid4().hex}", person, self._now(), content)

    async def read(self, message: WhatsAppMessage) -> int:
        """The person read it."""
        return await self.post([self._told(message, "read")])

    def value(self, to: str | None = None, **content: Any) -> Value:
        """A change of one of our numbers, the first by default, with these `messages` and `statuses`."""
        number = to or next(iter(self.numbers.values()))
        ids = {one: phone_number_id for phone_number_id, one in self.numbers.items()}
        return Value(ids[number], number, **content)

    async def post(self, values: Sequence[Value]) -> int:
        """Post one signed webhook with all these changes until it is answered 200; the last HTTP status, 0 for none."""
        if not self.hook_url:
            return 0
        body = encoded(envelope(values))
        status = 0
        for _ in range(1 + self.faults.strikes(Fault.DUPLICATES)):
            status = await self._post_until_heard(body)
        return status

    async def settled(self, timeout: float) -> None:
        """Return when no status is under way any more. Raises TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while self._tasks:
                await asyncio.wait(set(self._tasks))

    async def aclose(self) -> None:
        """Cancel the statuses that are under way and close connections."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._http.aclose()

    def _check(self, phone_number_id: str, asked: Mapping[str, Any]) -> None:
        if phone_number_id not in self.numbers:
            raise GraphError(100, f"Object with ID '{phone_number_id}' does not exist")
        kind = asked.get("type", "text")
        if asked.get("messaging_product") != "whatsapp" or not (asked.get("to") or asked.get("recipient")):
            raise GraphError(131008, "(#131008) Required parameter is missing")
        if kind not in KINDS or not isinstance(asked.get(kind), dict):
            raise GraphError(131009, "(#131009) Parameter value is not valid")
        if kind == "text" and not 0 < len(asked["text"].get("body", "")) <= LONGEST_TEXT:
            raise GraphError(100, "(#100) Param text['body'] must be at most 4096 characters long")
        if kind == "template" and self.templates and asked["template"].get("name") not in self.templates:
            raise GraphError(132001, "(#132001) Template name does not exist in the translation", 404)

    async def _deliver(self, phone_number_id: str, message: WhatsAppMessage) -> None:
        """Bring it to its phone, and post a status for each step unless a fault says otherwise."""
        silent = self.faults.strikes(Fault.NO_RECEIPTS)
        reorder = self.faults.strikes(Fault.REORDER_RECEIPTS)
        error = self._refused_later(message)
        told: list[Value] = []
        for word in ("failed",) if error else ("sent", "delivered"):
            await asyncio.sleep(self.status_delay)
            told.append(self._told(message, word, error))
            if not reorder and not silent:
                await self._tell(told.pop())
        while told and not silent:
            await self._tell(told.pop())

    def _refused_later(self, message: WhatsAppMessage) -> tuple[int, str] | None:
        """WhatsApp takes nearly everything, and says later what it will not deliver."""
        if self.faults.strikes(Fault.UNDELIVERED):
            return UNDELIVERABLE
        wrote_at = self._wrote_at.get((message.from_, message.to))
        is_open = wrote_at is not None and self._now() - wrote_at < WINDOW
        return None if is_open or message.template else WINDOW_CLOSED

    def _told(self, message: WhatsAppMessage, word: str, error: tuple[int, str] | None = None) -> Value:
        message.history.append(word)
        ref = message.asked.get("biz_opaque_callback_data")
        status = status_of(message.wamid, message.to, word, self._now(), ref=ref, error=error)
        return self.value(message.from_, statuses=[status])

    async def _tell(self, value: Value) -> None:
        if not self.faults.strikes(Fault.LOSE_RECEIPT):
            await self.post([value])

    async def _post_until_heard(self, body: bytes) -> int:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature-256": sign(body, self._secret),
        }
        status = 0
        for pause in (*self.retry_after, None):
            try:
                status = (await self._http.post(self.hook_url, content=body, headers=headers)).status_code
            except httpx2.RequestError:
                status = 0
            if status == 200 or pause is None:
                break
            await asyncio.sleep(pause)
        return status

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
