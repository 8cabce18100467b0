"""Alerts through Apprise: to a real receiver over HTTP, by its scheme json://."""

import asyncio
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from alarmed_desk import Alarmed, Post, told_on
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.commands.alerts import _ways
from frontdesk.commands.checks import State
from frontdesk.commands.checks_alerts import ask_channels
from frontdesk.commands.described import MASK, described
from frontdesk.errors import SetupError
from frontdesk.providers.apprise import AppriseUrls
from frontdesk.providers.posted import Fate
from frontdesk.settings import Settings
from frontdesk.simulator.server import serve_app
from frontdesk.steps.alert_channels import apprise_of


@asynccontextmanager
async def receivers(**posts: Any) -> AsyncIterator[str]:
    """Receivers by their path; the host, port and all, that Apprise is to be given."""
    routes = [Route(f"/{name}", take, methods=["POST"]) for name, take in posts.items()]
    async with serve_app(Starlette(routes=routes)) as url:
        yield url.removeprefix("http://")


def test_apprise_comes_after_all_other_channels(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        desk.running.carrier.faults.undelivered = 1.0
        desk.slack.status, desk.slack.word, desk.mail.refuses = 403, "invalid_token", True
        await desk.raises("Ada: unpaid", kind="PAYMENT_BLOCK")
        await desk.goes_on()
        await desk.goes_on()
        assert len(desk.hook.taken) == 1
        assert desk.service.taken == []
        desk.hook.status = 404
        await desk.raises("Ben: stuck in S3")
        await desk.goes_on()
        await desk.goes_on()
        (told,) = desk.service.taken
        assert (told["title"], told["type"]) == ("HIGH: Ben: stuck in S3", "failure")
        assert "Do first: `frontdesk stuck`" in told["message"]
        rows = await desk.running.rows(
            "SELECT channel, status FROM alert_deliveries AS d WHERE message_id = "
            "(SELECT max(id) FROM alert_messages) ORDER BY position"
        )
        assert [tuple(row) for row in rows] == [
            ("sms", "failed"), ("slack", "failed"), ("email", "failed"), ("webhook", "failed"), ("apprise", "delivered"),
        ]  # fmt: skip
        (log,) = await desk.running.rows("SELECT channel FROM alert_logs WHERE title LIKE 'Ben%'")
        assert log.channel == "apprise"

    told_on(dsn, story, slack=True, mail=True, hook=True, apprise=True)


def test_what_apprise_cannot_bring_either_is_tried_again_and_then_on_the_console(
    dsn: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async def story(desk: Alarmed) -> None:
        desk.service.status = 500
        await desk.raises()
        for _ in range(4):
            await desk.goes_on(seconds=20)
        (row,) = await desk.running.rows("SELECT status, attempts, error FROM alert_deliveries")
        assert (row.status, row.attempts, row.error) == ("failed", 3, "JSON did not take it.")
        (message,) = await desk.running.rows("SELECT status FROM alert_messages")
        assert message.status == "failed"

    told_on(dsn, story, apprise=True, admin_phone=None)
    assert "reached nobody" in "".join(capfd.readouterr())


def test_one_service_that_takes_it_is_enough_and_the_others_are_named() -> None:
    good, bad = Post(), Post(status=500)

    async def story() -> None:
        async with receivers(good=good.take, bad=bad.take) as host:
            settings = Settings(apprise_urls=f"json://{host}/bad\n  json://ada:geheim@{host}/good")
            services = apprise_of(settings)
            assert services is not None
            assert services.names == "JSON, JSON"
            posted = await services.post("LOW: over", "It lasted 5 min.", "LOW")
            assert (posted.fate, posted.words) == (Fate.DELIVERED, "JSON took it, not JSON.")

    asyncio.run(story())
    assert [(one["title"], one["type"]) for one in good.taken] == [("LOW: over", "info")]


def test_an_optional_service_that_fails_has_not_taken_it() -> None:
    async def story() -> None:
        async with receivers(bad=Post(status=500).take) as host:
            posted = await AppriseUrls([f"json://{host}/bad?optional=yes"], seconds=5).post("t", "b", "HIGH")
            assert (posted.fate, posted.may_have_arrived) == (Fate.LATER, True)

    asyncio.run(story())


def test_a_service_that_hangs_is_given_up_in_time_and_holds_nobody_up() -> None:
    async def hang(request: Request) -> Response:
        await asyncio.sleep(3)
        return Response()

    async def story() -> None:
        async with receivers(slow=hang) as host:
            began, turns = time.monotonic(), 0
            posting = asyncio.create_task(AppriseUrls([f"json://{host}/slow"], seconds=0.3).post("t", "b", "HIGH"))
            while not posting.done():
                await asyncio.sleep(0.01)
                turns += 1
            assert (await posting).fate is Fate.LATER
            assert time.monotonic() - began < 2.5
            assert turns > 10

    asyncio.run(story())


@pytest.mark.parametrize("urls", ["geheim", "nosuch://geheim", "json://ok.example.com tgram://geheim", "slack://"])
def test_a_url_that_apprise_cannot_use_is_told_without_showing_it(urls: str) -> None:
    with pytest.raises(SetupError) as told:
        apprise_of(Settings(apprise_urls=urls))
    assert f"number {len(urls.split())} of {len(urls.split())}" in str(told.value)
    assert "geheim" not in str(told.value)
    (check,) = asyncio.run(ask_channels(Settings(apprise_urls=urls)))
    assert (check.name, check.state) == ("APPRISE_URLS", State.FAIL)
    assert "geheim" not in check.found + check.todo


def test_without_the_library_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert apprise_of(Settings()) is None
    with pytest.raises(SetupError, match=r"pip install 'frontdesk\[apprise\]'"):
        apprise_of(Settings(apprise_urls="json://localhost"))
    (check,) = asyncio.run(ask_channels(Settings(apprise_urls="json://localhost")))
    assert check.state is State.FAIL
    assert "pip install 'frontdesk[apprise]'" in check.todo


def test_neither_settings_nor_logs_show_the_urls(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = Settings(apprise_urls="json://ada:geheim@127.0.0.1:9/geheim?-key=geheim")
    (row,) = [row for row in described(settings) if row.name == "APPRISE_URLS"]
    assert (row.secret, row.shown) == (True, MASK)
    services = apprise_of(settings)
    assert services is not None
    posted = asyncio.run(services.post("t", "b", "HIGH"))
    assert posted.fate is Fate.LATER
    (check,) = asyncio.run(ask_channels(settings))
    assert (check.name, check.state) == ("APPRISE_URLS", State.OK)
    said = "".join([posted.words, check.found, check.todo, repr(settings), caplog.text, *capfd.readouterr()])
    assert "geheim" not in said


def test_a_test_alert_knows_apprise_as_a_way() -> None:
    assert _ways(Settings(apprise_urls="json://localhost"))
    assert not _ways(Settings())
