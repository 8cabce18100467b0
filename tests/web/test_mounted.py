"""The desk mounted below a path of another app: every link, form and redirect stays below it, and signatures hold."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx2
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from frontdesk.desk import Desk
from frontdesk.simulator import Carrier, serve
from frontdesk.simulator.server import serve_app
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, LEAD, NUMBER, scratch_settings
from frontdesk.web.app import build_app
from ports import free_port

HOOK = "/webhooks/twilio/sms"


@dataclass
class Mounted:
    base: str
    app: FastAPI
    desk: Desk
    carrier: Carrier
    http: httpx2.AsyncClient

    async def until(self, query: str) -> None:
        async with asyncio.timeout(15):
            while True:
                async with self.desk.db.transaction() as tx:
                    row = await tx.one(query)
                if row is not None and row[0]:
                    return
                await asyncio.sleep(0.05)


@asynccontextmanager
async def mounted(dsn: str, **changes: Any) -> AsyncIterator[Mounted]:
    """An app of somebody's with the desk and its simulator below /desk."""
    carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER], receipt_delay=0.05)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    async with serve(carrier) as carrier_url, httpx2.AsyncClient(base_url=base, trust_env=False) as http:
        desk = Desk(scratch_settings(twilio_api_base=carrier_url, **changes), dsn)

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            await desk.open()
            desk.use_providers(public_base=f"{base}/desk")
            await desk.serve_first_client(NUMBER)
            app.mount("/desk", build_app(desk, simulation=carrier))
            service = desk.service("worker", "scheduler")
            await service.start()
            try:
                yield
            finally:
                await service.stop()
                await desk.close()

        app = FastAPI(lifespan=lifespan)
        carrier.hooks.sms_url = f"{base}/desk{HOOK}"
        async with app.router.lifespan_context(app), serve_app(app, port=port):
            yield Mounted(base, app, desk, carrier, http)
        await carrier.aclose()


def at_mount(dsn: str, story: Callable[[Mounted], Awaitable[None]], **changes: Any) -> None:
    async def run() -> None:
        async with mounted(dsn, **changes) as here:
            await story(here)

    asyncio.run(run())


async def answered(here: Mounted) -> None:
    """One text that was answered; its receipt came back to the address of the mount."""
    assert await here.carrier.text(LEAD, NUMBER, "Hi") == [200]
    await here.until("SELECT bool_and(status = 'DELIVERED') FROM outbound_message_log")


def links(page: str) -> set[str]:
    return set(re.findall(r'(?:href|src|action|hx-get|hx-post)="(/[^"]*)"', unescape(page)))


def test_every_address_on_every_page_is_below_the_mount_and_leads_somewhere(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        await answered(here)
        seen: set[str] = set()
        todo = {"/desk/"}
        while todo:
            path = todo.pop()
            seen.add(path)
            answer = await here.http.get(path)
            assert answer.status_code in (200, 405), (path, answer.status_code)  # 405: a form's address
            if not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            for link in links(answer.text):
                assert link.startswith("/desk/"), (path, link)
                todo |= {link} - seen
        for page in ("/desk/calls", "/desk/outbox", "/desk/system", "/desk/conversations/1", "/desk/outbox/1"):
            assert page in seen
        assert any(path.startswith("/desk/static/frontdesk.css") for path in seen)
        assert any(path.startswith("/desk/events/1") for path in seen)

    at_mount(dsn, story)


def test_a_path_that_a_proxy_takes_off_stands_before_the_mount(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        await answered(here)
        behind = httpx2.ASGITransport(
            here.app, root_path="/shop", client=("127.0.0.1", 1)
        )  # as uvicorn --root-path does
        async with httpx2.AsyncClient(transport=behind, base_url="http://localhost") as http:
            page = await http.get("/shop/desk/conversations/1")
            assert page.status_code == 200
            assert links(page.text)
            assert all(link.startswith("/shop/desk/") for link in links(page.text))
            assert '<a href="/shop/desk/" aria-current="page">' in page.text
            api = await http.get("/shop/desk/api/admin/conversations/9")
            assert api.headers["content-type"] == "application/problem+json"

    at_mount(dsn, story)


def test_the_place_in_the_navigation_is_marked(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        for path in ("/desk/", "/desk/outbox", "/desk/system"):
            page = (await here.http.get(path)).text
            assert f'<a href="{path}" aria-current="page">' in page, path
            assert page.count("aria-current") == 1, path

    at_mount(dsn, story)


def test_forms_lead_back_below_the_mount(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        await answered(here)
        for path, form, onward in (
            ("/desk/conversations/1/take-over", {}, "/desk/conversations/1"),
            ("/desk/conversations/1/messages", {"body": "Hello", "key": "k"}, "/desk/conversations/1"),
            ("/desk/conversations/1/simulate-retry", {}, "/desk/conversations/1"),
            ("/desk/switches", {"scope": "global"}, "/desk/system#switches"),
            ("/desk/switches/lift", {"scope": "global", "next": "/outbox"}, "/desk/outbox"),
            ("/desk/simulator/faults", {"fault": "throttle"}, "/desk/simulator"),
        ):
            done = await here.http.post(path, data=form, headers={"content-type": "application/x-www-form-urlencoded"})
            assert (done.status_code, done.headers.get("location")) == (303, onward), (path, done.text[:300])

    at_mount(dsn, story)


def test_a_session_is_the_mounts_own(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        turned_away = await here.http.get("/desk/outbox")
        assert (turned_away.status_code, turned_away.headers["location"]) == (303, "/desk/login?next=/outbox")
        part = await here.http.get("/desk/parts/outbox", headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["HX-Redirect"]) == (401, "/desk/login")
        login = await here.http.get(turned_away.headers["location"])
        assert 'action="/desk/login"' in login.text
        done = await here.http.post("/desk/login", data={"token": "a-long-token", "next": "/outbox"})
        assert (done.status_code, done.headers["location"]) == (303, "/desk/outbox")
        assert "Path=/desk/;" in done.headers["set-cookie"]
        assert (await here.http.get("/desk/outbox")).status_code == 200
        out = await here.http.post("/desk/logout")
        assert (out.status_code, out.headers["location"]) == (303, "/desk/login")
        assert (await here.http.get("/desk/outbox")).status_code == 303

    at_mount(dsn, story, admin_token="a-long-token")


def test_programs_get_problem_documents_below_the_mount_and_files_may_be_kept(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        missing = await here.http.get("/desk/api/admin/conversations/9")
        assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")
        nowhere = await here.http.get("/desk/nowhere")
        assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, "text/html; charset=utf-8")
        no_file = await here.http.get("/desk/static/nothing.css")
        assert no_file.status_code == 404
        assert 'href="/desk/static/frontdesk.css' in no_file.text  # not below /static once more
        assert (await here.http.get("/desk/static/frontdesk.css")).headers["cache-control"] == "no-cache"
        assert (await here.http.get("/desk/api/health")).headers["cache-control"] == "no-store"
        schema = (await here.http.get("/desk/api/openapi.json")).json()
        assert schema["servers"] == [{"url": "/desk"}]

    at_mount(dsn, story)


async def _signed_for(here: Mounted, url: str, sid: str, headers: dict[str, str] | None = None) -> int:
    form = {"From": LEAD, "To": NUMBER, "Body": "Hi", "MessageSid": sid, "AccountSid": ACCOUNT_SID}
    signature = RequestValidator(AUTH_TOKEN).compute_signature(url, form)
    signed = {"X-Twilio-Signature": signature, **(headers or {})}
    answer = await here.http.post(f"/desk{HOOK}?a=b", data=form, headers=signed)
    return int(answer.status_code)


def test_signatures_are_over_the_public_address_with_the_mount_in_it(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        public = f"https://example.com/desk{HOOK}?a=b"
        assert await _signed_for(here, public, "SM" + "a" * 32) == 200
        for wrong in (f"https://example.com{HOOK}?a=b", f"https://example.com/desk/desk{HOOK}?a=b",
                      f"{here.base}/desk{HOOK}?a=b"):  # fmt: skip
            assert await _signed_for(here, wrong, "SM" + "b" * 32) == 403, wrong

    at_mount(dsn, story, public_url="https://example.com/desk")


def test_without_a_public_url_the_address_is_what_the_proxy_says_with_the_mount_in_it(dsn: str) -> None:
    async def story(here: Mounted) -> None:
        assert await _signed_for(here, f"{here.base}/desk{HOOK}?a=b", "SM" + "a" * 32) == 200
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.com"}
        assert await _signed_for(here, f"https://example.com/desk{HOOK}?a=b", "SM" + "b" * 32, proxied) == 200
        assert await _signed_for(here, f"{here.base}{HOOK}?a=b", "SM" + "c" * 32) == 403

    at_mount(dsn, story)
