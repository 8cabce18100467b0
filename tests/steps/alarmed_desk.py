"""A desk with an operator: a phone, a Slack and a mailbox that are fakes over real HTTP and SMTP."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from frontdesk.alerts.model import Decision
from frontdesk.simulator.messages import SimulatedMessage
from frontdesk.simulator.server import serve_app
from frontdesk.steps.raise_again import raise_again
from frontdesk.testing import NUMBER, FrozenClock, RunningDesk, running_desk, scratch_settings

__all__ = ["ADMIN", "Alarmed", "Mailbox", "Post", "alarmed", "told_on"]

ADMIN = "+12025550199"


@dataclass
class Post:
    """A server that takes JSON, as Slack's webhooks and one's own do; `status` is what it answers."""

    taken: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    status: int = 200
    word: str = "ok"

    async def take(self, request: Request) -> Response:
        if self.status == 200:
            self.bodies.append(await request.body())
            self.taken.append(await request.json())
            self.headers.append(dict(request.headers))
        return PlainTextResponse(self.word, self.status)


@dataclass
class Mailbox:
    """An SMTP server that keeps what it gets; with `refuses` it takes no recipient, with `password` only who has it.

    With `tls` it offers STARTTLS.
    """

    letters: list[str] = field(default_factory=list)
    refuses: bool = False
    password: str | None = None
    tls: ssl.SSLContext | None = None
    heard: list[str] = field(default_factory=list)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        try:
            while line := await reader.readline():
                word, _, rest = line.decode().strip().partition(" ")
                self.heard.append(word.upper())
                if word.upper() == "QUIT":
                    writer.write(b"221 bye\r\n")
                    break
                if word.upper() == "STARTTLS" and self.tls is not None:
                    writer.write(b"220 go on\r\n")
                    await writer.start_tls(self.tls)
                elif word.upper() == "DATA":
                    writer.write(b"354 go on\r\n")
                    body = await reader.readuntil(b"\r\n.\r\n")
                    self.letters.append(body.decode())
                    writer.write(b"250 taken\r\n")
                else:
                    writer.write(self._answer(word.upper(), rest))
        except (ConnectionError, ssl.SSLError):
            return
        writer.close()
        await writer.wait_closed()

    def _answer(self, word: str, rest: str) -> bytes:
        if word == "EHLO":
            more = ["AUTH PLAIN"] * (self.password is not None) + ["STARTTLS"] * (self.tls is not None)
            lines = ["mail", *more]
            return "".join(f"250{'-' if n < len(lines) else ' '}{one}\r\n" for n, one in enumerate(lines, 1)).encode()
        if word == "AUTH":
            given = base64.b64decode(rest.removeprefix("PLAIN ")).decode().rsplit("\0", 1)[1]
            return b"235 welcome\r\n" if given == self.password else b"535 who are you\r\n"
        return b"550 nobody here\r\n" if word == "RCPT" and self.refuses else b"250 fine\r\n"


@dataclass
class Alarmed:
    """The desk at work, with what reached the operator."""

    running: RunningDesk
    clock: FrozenClock
    slack: Post
    hook: Post
    mail: Mailbox
    service: Post

    @property
    def phone(self) -> list[SimulatedMessage]:
        """What the operator's phone was texted."""
        return [message for message in self.running.carrier.sent if message.to == ADMIN]

    @property
    def texts(self) -> list[str]:
        return [message.body for message in self.phone]

    async def raises(self, title: str = "Ada: stuck in S3", severity: str = "HIGH", **more: Any) -> Decision:
        kind = more.pop("kind", "STUCK_CLIENT")
        key = more.pop("key", title.split(":")[0])
        return await self.running.desk.raise_alert(kind, severity, title, "For hours.", key=key)

    async def over(self, key: str = "Ada", kind: str = "STUCK_CLIENT") -> bool:
        return await self.running.desk.resolve_alert(kind, key)

    async def goes_on(self, **by: float) -> None:
        """Time passes; all that is due then is done."""
        self.clock.move(**(by or {"seconds": 3}))
        desk = self.running.desk
        for _ in range(8):
            moved = await raise_again(desk.db, desk.bucket, desk.clock)
            moved += await self.running.service.telling.step()
            self.running.service._wakes["outbox"].ring()
            await self.running.settled()
            if not moved:
                break

    async def replies(self, body: str) -> str:
        """The operator answers by SMS; what the desk answers to that."""
        before = len(self.texts)
        await self.running.text(body, lead=ADMIN)
        await self.running.settled()
        return self.texts[-1] if len(self.texts) > before else ""


@asynccontextmanager
async def alarmed(dsn: str, **changes: Any) -> AsyncIterator[Alarmed]:
    """A desk with ADMIN_PHONE; `slack`, `mail`, `hook` and `apprise` set up those channels too."""
    slack, hook, service, mail, clock = Post(), Post(), Post(), Mailbox(), FrozenClock()
    takers = {"/slack": slack, "/hook": hook, "/service": service}
    app = Starlette(routes=[Route(path, post.take, methods=["POST"]) for path, post in takers.items()])
    server = await asyncio.start_server(mail.talk, "127.0.0.1", 0)
    async with serve_app(app) as url, server:
        ways: dict[str, Any] = {"admin_phone": ADMIN}
        if changes.pop("slack", False):
            ways["slack_webhook_url"] = f"{url}/slack"
        if changes.pop("hook", False):
            ways |= {
                "alert_webhook_url": f"{url}/hook",
                "alert_webhook_secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "alert_webhook_private": True,
            }
        if changes.pop("apprise", False):
            ways["apprise_urls"] = f"{url.replace('http', 'json')}/service"
        if changes.pop("mail", False):
            port = server.sockets[0].getsockname()[1]
            ways |= {"smtp_url": f"smtp://127.0.0.1:{port}", "alert_email": "ops@example.com"}
        settings = scratch_settings(**{**ways, **changes})
        async with running_desk(dsn, settings=settings, clock=clock, roles=("worker",)) as running:
            assert running.carrier.numbers[0] == NUMBER
            yield Alarmed(running, clock, slack, hook, mail, service)


def told_on(dsn: str, story: Callable[[Alarmed], Any], **changes: Any) -> None:
    """Run a story on such a desk."""

    async def run() -> None:
        async with alarmed(dsn, **changes) as desk:
            await story(desk)

    asyncio.run(run())
