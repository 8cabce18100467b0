"""What the doctor says of the ways that alerts go: it asks real servers, and sends nobody anything."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alarmed_desk import ADMIN, Alarmed, Mailbox, Post, told_on
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from frontdesk.commands.checks import Check, State
from frontdesk.commands.checks_alerts import ask_channels, check_admin_phone, check_alert_settings
from frontdesk.errors import Forged
from frontdesk.providers.standard_webhooks import check_signature, read_key
from frontdesk.settings import Settings
from frontdesk.simulator.server import serve_app
from frontdesk.testing import NUMBER, scratch_settings
from ports import free_port

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@asynccontextmanager
async def mail_server(mail: Mailbox) -> AsyncIterator[int]:
    server = await asyncio.start_server(mail.talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def asked_of_mail(mail: Mailbox, user: str = "", scheme: str = "smtp") -> Check:
    async def story() -> list[Check]:
        async with mail_server(mail) as port:
            url = f"{scheme}://{user}127.0.0.1:{port}"
            return await ask_channels(Settings(smtp_url=url, alert_email="ops@example.com"))

    (check,) = asyncio.run(story())
    assert mail.letters == []
    assert "DATA" not in mail.heard
    assert "geheim" not in check.found + check.todo
    return check


def asked_of_slack(status: int, word: str) -> tuple[Check, list[bytes]]:
    bodies: list[bytes] = []

    async def answer(request: Request) -> Response:
        bodies.append(await request.body())
        return PlainTextResponse(word, status)

    async def story() -> list[Check]:
        async with serve_app(Starlette(routes=[Route("/T0/B0/x", answer, methods=["POST"])])) as url:
            return await ask_channels(Settings(slack_webhook_url=f"{url}/T0/B0/x"))

    (check,) = asyncio.run(story())
    assert "/T0/B0" not in check.found + check.todo
    return check, bodies


def asked_of_webhook(post: Post, **changes: Any) -> list[Check]:
    async def story() -> list[Check]:
        async with serve_app(Starlette(routes=[Route("/hook", post.take, methods=["POST"])])) as url:
            right = {"alert_webhook_url": f"{url}/hook", "alert_webhook_secret": SECRET, "alert_webhook_private": True}
            return await ask_channels(Settings(**{**right, **changes}))

    return asyncio.run(story())


@pytest.mark.parametrize("word", ["no_text", "invalid_payload"])
def test_a_live_slack_webhook_refuses_a_message_without_text_and_shows_nothing(word: str) -> None:
    check, bodies = asked_of_slack(400, word)
    assert (check.name, check.state, check.todo) == ("SLACK_WEBHOOK_URL", State.OK, "")
    assert bodies == [b"{}"]


@pytest.mark.parametrize(
    ("status", "word", "todo"),
    [
        (404, "no_service", "api.slack.com/apps"),
        (403, "invalid_token", "api.slack.com/apps"),
        (410, "channel_is_archived", "a channel that is open"),
        (404, "not here", "api.slack.com/apps"),
        (500, "rollup_error", "copied whole"),
    ],
)
def test_a_slack_webhook_that_is_dead_is_told_with_what_to_do(status: int, word: str, todo: str) -> None:
    check, _ = asked_of_slack(status, word)
    assert check.state is State.FAIL
    assert todo in check.todo


def test_a_slack_webhook_that_asks_for_a_pause_is_there() -> None:
    assert asked_of_slack(429, "")[0].state is State.WARN


def test_slack_that_is_not_reached_is_told() -> None:
    (check,) = asyncio.run(ask_channels(Settings(slack_webhook_url=f"http://127.0.0.1:{free_port()}/x")))
    assert (check.state, check.found) == (State.FAIL, "Slack was not reached (ConnectError).")
    assert "reaches the address" in check.todo


def test_a_mail_server_is_asked_as_far_as_the_letter_and_gets_none() -> None:
    mail = Mailbox()
    check = asked_of_mail(mail)
    assert (check.name, check.state) == ("SMTP_URL", State.OK)
    assert "takes mail for ops@example.com, unencrypted" in check.found
    assert mail.heard[-4:] == ["MAIL", "RCPT", "RSET", "QUIT"]


def test_a_password_that_others_can_read_is_warned_of() -> None:
    check = asked_of_mail(Mailbox(password="geheim"), "ada%40example.com:geheim@")
    assert check.state is State.WARN
    assert "STARTTLS (587)" in check.todo


def test_a_wrong_password_is_told_without_showing_it() -> None:
    check = asked_of_mail(Mailbox(password="another"), "ada%40example.com:geheim@")
    assert check.state is State.FAIL
    assert "user or password" in check.found
    assert "%40" in check.todo


def test_a_server_without_login_is_told_where_a_user_is_set() -> None:
    check = asked_of_mail(Mailbox(), "ada:geheim@")
    assert check.state is State.FAIL
    assert "offers no login" in check.found


def test_an_address_that_the_server_does_not_take_is_told() -> None:
    check = asked_of_mail(Mailbox(refuses=True))
    assert check.state is State.FAIL
    assert "does not take mail for ALERT_EMAIL (550)" in check.found
    assert "correct ALERT_EMAIL" in check.todo


def test_encryption_from_the_start_on_a_port_without_it_is_told() -> None:
    check = asked_of_mail(Mailbox(), scheme="smtps")
    assert check.state is State.FAIL
    assert "speaks no TLS on this port" in check.found
    assert "smtps:// for port 465" in check.todo


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_a_certificate_must_hold_and_then_the_password_is_sent_encrypted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*made, *files], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    mail = Mailbox(password="geheim", tls=context)
    check = asked_of_mail(mail, "ada:geheim@")
    assert check.state is State.FAIL
    assert "shows a certificate that does not hold" in check.found
    assert "AUTH" not in mail.heard
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    check = asked_of_mail(mail, "ada:geheim@")
    assert (check.state, check.found) == (State.OK, "127.0.0.1 knows the user and takes mail for ops@example.com.")


def test_a_mail_server_that_is_not_there_is_told() -> None:
    url = f"smtp://127.0.0.1:{free_port()}"
    (check,) = asyncio.run(ask_channels(Settings(smtp_url=url, alert_email="ops@example.com")))
    assert (check.state, check.found) == (State.FAIL, "127.0.0.1 was not reached (ConnectionRefusedError).")
    assert "block port 25" in check.todo


def test_a_webhook_is_asked_by_a_signed_post_that_says_it_is_no_alert() -> None:
    post = Post()
    (check,) = asked_of_webhook(post)
    assert (check.name, check.state) == ("ALERT_WEBHOOK_URL", State.OK)
    assert post.taken[0]["type"] == "desk.checkup"
    assert "Nothing is wrong" in post.taken[0]["data"]["message"]
    check_signature(post.headers[0], post.bodies[0], [read_key(SECRET, "")], datetime.now(UTC))
    with pytest.raises(Forged):
        check_signature(post.headers[0], post.bodies[0] + b" ", [read_key(SECRET, "")], datetime.now(UTC))


@pytest.mark.parametrize(
    ("status", "todo"),
    [
        (401, "ALERT_WEBHOOK_SECRET"),
        (404, "correct the path"),
        (410, "wants no more"),
        (422, "types that it does not know"),
        (500, "the receiver runs"),
    ],
)
def test_a_webhook_that_refuses_is_told_with_what_to_do(status: int, todo: str) -> None:
    (check,) = asked_of_webhook(Post(status=status))
    assert check.state is State.FAIL
    assert todo in check.todo


def test_a_webhook_of_this_network_and_a_secret_that_is_none_are_told() -> None:
    (check,) = asked_of_webhook(Post(), alert_webhook_private=False)
    assert check.state is State.FAIL
    assert "ALERT_WEBHOOK_PRIVATE=true" in check.todo
    (check,) = asked_of_webhook(Post(), alert_webhook_secret="geheim!")
    assert (check.name, check.state) == ("ALERT_WEBHOOK_SECRET", State.FAIL)
    assert "geheim" not in check.found + check.todo
    (check,) = asked_of_webhook(Post(), alert_webhook_secret=None)
    assert "whsec_" in check.todo


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, [("Alerts", State.WARN)]),
        ({"admin_phone": ADMIN}, [("Alerts", State.WARN)]),
        ({"admin_phone": ADMIN, "slack_webhook_url": "https://hooks.slack.com/x"}, []),
        ({"smtp_url": "smtp://m"}, [("ALERT_EMAIL", State.FAIL), ("Alerts", State.WARN)]),
        ({"alert_email": "ops@example.com"}, [("SMTP_URL", State.FAIL), ("Alerts", State.WARN)]),
        ({"alert_webhook_secret": SECRET}, [("ALERT_WEBHOOK_SECRET", State.WARN), ("Alerts", State.WARN)]),
        (
            {"admin_phone": ADMIN, "smtp_url": "http://mail.example.com", "alert_email": "ops@example.com"},
            [("SMTP_URL", State.FAIL)],
        ),
        (
            {"admin_phone": ADMIN, "smtp_url": "smtp://m:port", "alert_email": "ops@example.com"},
            [("SMTP_URL", State.FAIL)],
        ),
    ],
)
def test_what_is_half_set_up_is_told_before_anybody_is_asked(
    settings: dict[str, Any], told: list[tuple[str, State]]
) -> None:
    given = scratch_settings(**settings)
    checks = list(check_alert_settings(given))
    assert [(check.name, check.state) for check in checks] == told
    assert all(check.todo for check in checks)
    if ("SMTP_URL", State.FAIL) in told:
        assert asyncio.run(ask_channels(given)) == []


def test_a_desk_that_only_tries_things_out_needs_no_channel() -> None:
    assert list(check_alert_settings(Settings())) == []


async def _phone(desk: Alarmed, **changes: Any) -> Check:
    settings = scratch_settings(**{"admin_phone": ADMIN, **changes})
    async with desk.running.desk.db.transaction(desk.running.desk.bucket) as tx:
        (check,) = await check_admin_phone(tx, settings)
    return check


def test_a_phone_that_sent_stop_is_told_until_it_sends_start(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        check = await _phone(desk)
        assert (check.state, check.found) == (State.OK, f"{ADMIN}, texted from {NUMBER}")
        await desk.running.text("STOP", lead=ADMIN)
        await desk.running.settled()
        check = await _phone(desk)
        assert (check.state, check.found) == (State.FAIL, f"{ADMIN} sent STOP to {NUMBER}")
        assert f"text START from that phone to {NUMBER}" in check.todo
        await desk.running.text("START", lead=ADMIN)
        await desk.running.settled()
        assert (await _phone(desk)).state is State.OK

    told_on(dsn, story)


def test_a_phone_that_the_carrier_cut_off_is_told_though_no_stop_came_here(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        hooks = desk.running.carrier.hooks
        url, hooks.sms_url = hooks.sms_url, ""
        await desk.running.text("STOP", lead=ADMIN)  # the webhook of it is lost
        hooks.sms_url = url
        assert (await _phone(desk)).state is State.OK
        await desk.raises()
        await desk.goes_on()
        await desk.goes_on()
        assert (await _phone(desk)).state is State.FAIL

    told_on(dsn, story)


def test_a_phone_that_is_a_number_of_the_desk_is_told(dsn: str) -> None:
    async def story(desk: Alarmed) -> None:
        check = await _phone(desk, admin_phone=NUMBER)
        assert check.state is State.FAIL
        assert "a phone that you carry" in check.todo

    told_on(dsn, story)
