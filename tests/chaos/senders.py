"""The carrier's side of a storm: signed texts over HTTP, each sent again until it is acknowledged, some once more later."""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import httpx2
from oracle import TAKEN, Sent

from frontdesk.simulator.messages import SimulatedMessage
from frontdesk.simulator.webhooks import inbound_fields, sign
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, NUMBER

REST = (0.1, 0.4)  # seconds between two tries
ANSWER = 12.0  # seconds; Twilio waits 15


@dataclass(slots=True)
class Senders:
    """Leads that text the desk at `url` for `seconds`, `each` texts a lead; `seed` decides what is sent, and when."""

    url: str
    leads: int
    each: int
    seconds: float
    seed: int
    bodies: Sequence[str] = ()
    """What a lead says in turn, each after the one before was acknowledged. Without it anything, and some do not wait."""
    repeated: float = 0.2
    sent: list[Sent] = field(default_factory=list)
    redelivered: int = 0
    _messages: dict[str, SimulatedMessage] = field(default_factory=dict)
    _http: httpx2.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
        self._http = httpx2.AsyncClient(limits=limits, timeout=httpx2.Timeout(ANSWER, pool=None), trust_env=False)

    async def send_all(self) -> None:
        """Send all; returns when each is acknowledged, redeliveries included."""
        ends = time.monotonic() + self.seconds
        async with asyncio.TaskGroup() as tasks:
            for number in range(self.leads):
                tasks.create_task(self._lead(tasks, f"+1202{5560000 + number}", ends))

    async def send_again(self, count: int) -> None:
        """Redeliver so many that were sent before."""
        chosen = random.Random(self.seed).sample(self.sent, count)
        await asyncio.gather(*(self._redeliver(one, after=0) for one in chosen))

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()

    async def _lead(self, tasks: asyncio.TaskGroup, phone: str, ends: float) -> None:
        dice = random.Random(f"{self.seed} {phone}")
        hasty = not self.bodies and dice.random() < 0.25
        for turn, pause in enumerate(self._pauses(dice)):
            await asyncio.sleep(pause)
            one = self._write(dice, phone, turn)
            if dice.random() < self.repeated:
                at_the_end = max(0, ends - time.monotonic())
                tasks.create_task(self._redeliver(one, after=dice.choice((0, dice.uniform(0, 3), at_the_end))))
            sending = tasks.create_task(self._until_taken(one))
            if not hasty:
                await sending

    def _pauses(self, dice: random.Random) -> Iterator[float]:
        """Pauses of all sizes that add up to about the time there is."""
        weights = [dice.expovariate(1) for _ in range(self.each)]
        scale = self.seconds * dice.uniform(0.8, 1) / sum(weights)
        return (weight * scale for weight in weights)

    def _write(self, dice: random.Random, phone: str, turn: int) -> Sent:
        one = Sent(f"SM{dice.getrandbits(128):032x}", phone)
        body = self.bodies[turn] if self.bodies else f"text {turn}"
        self.sent.append(one)
        self._messages[one.sid] = SimulatedMessage(one.sid, "inbound", phone, NUMBER, body)
        return one

    async def _redeliver(self, one: Sent, *, after: float) -> None:
        await asyncio.sleep(after)
        await self._until_taken(one)
        self.redelivered += 1

    async def _until_taken(self, one: Sent) -> None:
        """Post as Twilio does with #rc=5&rp=all, and then as its operator who is told to send it again."""
        fields = inbound_fields(self._messages[one.sid], ACCOUNT_SID)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "I-Twilio-Idempotency-Token": one.sid,
            "X-Twilio-Signature": sign(self.url, fields, AUTH_TOKEN),
        }
        one.began = min(one.began, time.monotonic())
        while (answer := await self._post(headers, urlencode(fields))) != TAKEN:
            one.answers[answer] += 1
            await asyncio.sleep(random.uniform(*REST))
        one.answers[answer] += 1
        one.acknowledged = min(one.acknowledged, time.monotonic())

    async def _post(self, headers: dict[str, str], body: str) -> str:
        try:
            answer = await self._http.post(self.url, headers=headers, content=body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            return "refused"
        except httpx2.RequestError:
            return "lost"
        assert answer.status_code in (200, 503), f"{answer.status_code}: {answer.text}"
        return str(answer.status_code)
