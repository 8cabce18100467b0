"""Webhooks over real HTTP: who is let in, what is stored, what each answer says."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from twilio.request_validator import RequestValidator

from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, LEAD, NUMBER, RunningDesk, running_desk, scratch_settings

PATH = "/webhooks/twilio/sms"
COUNT = "SELECT count(*) AS n FROM webhook_events"
FORM = {
    "MessageSid": "SM" + "1" * 32,
    "AccountSid": ACCOUNT_SID,
    "From": LEAD,
    "To": NUMBER,
    "Body": "Hi & bye",
    "NumMedia": "0",
}


def sign(url: str, form: dict[str, str], token: str = AUTH_TOKEN) -> str:
    """As the official SDK signs."""
    return str(RequestValidator(token).compute_signature(url, form))


async def post(desk: RunningDesk, form: dict[str, str], *, path: str = PATH, **headers: str) -> httpx2.Response:
    url = f"{desk.base_url}{path}"
    sent = {"X-Twilio-Signature": sign(url, form), "Content-Type": "application/x-www-form-urlencoded", **headers}
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        return await http.post(url, content=urlencode(form), headers={k: v for k, v in sent.items() if v})


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **more: Any) -> None:
    async def run() -> None:
        async with running_desk(dsn, roles=(), **more) as desk:
            await story(desk)

    asyncio.run(run())


def test_a_signed_webhook_is_acknowledged_with_empty_twiml(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        first, second = await post(desk, FORM), await post(desk, FORM)
        assert first.status_code == second.status_code == 200
        assert first.headers["content-type"].startswith("text/xml")
        assert first.content == second.content == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
        (seen,) = await desk.rows("SELECT duplicate_count FROM processed_webhooks")
        assert seen.duplicate_count == 1

    at_desk(dsn, story)


def test_the_older_path_is_kept(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        assert (await post(desk, FORM, path="/api/webhooks/twilio")).status_code == 200
        assert (await desk.rows(COUNT))[0].n == 1

    at_desk(dsn, story)


@pytest.mark.parametrize("signature", ["", "nonsense", sign("https://elsewhere.test/", FORM)])
def test_without_a_good_signature_nothing_is_stored(dsn: str, signature: str) -> None:
    async def story(desk: RunningDesk) -> None:
        answer = await post(desk, FORM, **{"X-Twilio-Signature": signature})
        assert answer.status_code == 403
        assert "Hi" not in answer.text
        assert (await desk.rows(COUNT))[0].n == 0

    at_desk(dsn, story)


def test_two_tokens_hold_while_a_secret_is_rotated(dsn: str) -> None:
    settings = scratch_settings(twilio_auth_token=f"{AUTH_TOKEN},the-next-token")

    async def story(desk: RunningDesk) -> None:
        url = f"{desk.base_url}{PATH}"
        for token, status in ((AUTH_TOKEN, 200), ("the-next-token", 200), ("an-older-token", 403)):
            answer = await post(desk, FORM, **{"X-Twilio-Signature": sign(url, FORM, token)})
            assert answer.status_code == status

    at_desk(dsn, story, settings=settings)


@pytest.mark.parametrize("public", ["https://desk.example.test", "https://desk.example.test/"])
def test_behind_a_proxy_the_public_url_is_what_was_signed(dsn: str, public: str) -> None:
    async def story(desk: RunningDesk) -> None:
        signature = sign(f"https://desk.example.test{PATH}?source=1", FORM)
        answer = await post(desk, FORM, path=f"{PATH}?source=1", **{"X-Twilio-Signature": signature})
        assert answer.status_code == 200

    at_desk(dsn, story, settings=scratch_settings(public_url=public))


def test_without_a_public_url_the_proxy_says_where_it_was_called(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        signature = sign(f"https://front.example.test{PATH}", FORM)
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "front.example.test"}
        assert (await post(desk, FORM, **{"X-Twilio-Signature": signature}, **forwarded)).status_code == 200

    at_desk(dsn, story)


def test_a_missing_message_id_is_the_senders_fault(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        answer = await post(desk, {key: value for key, value in FORM.items() if key != "MessageSid"})
        assert answer.status_code == 400
        assert "MessageSid" in answer.text
        assert (await desk.rows(COUNT))[0].n == 0

    at_desk(dsn, story)


def test_a_body_over_the_limit_is_refused_unread(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        answer = await post(desk, {**FORM, "Body": "x" * (1 << 20)})
        assert answer.status_code == 413
        assert (await desk.rows(COUNT))[0].n == 0

    at_desk(dsn, story)


@pytest.mark.parametrize("body", [b"\xff\xfe%00%ff&&&==;", b"MessageSid=%ZZ", b"", b"{}", b"a" * 5000])
def test_garbage_is_never_a_server_error(dsn: str, body: bytes) -> None:
    async def story(desk: RunningDesk) -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
            for path in (PATH, "/webhooks/twilio/status"):
                for method in ("POST", "GET"):
                    answer = await http.request(method, f"{desk.base_url}{path}", content=body)
                    assert answer.status_code in (400, 403)
        assert (await desk.rows(COUNT))[0].n == 0

    at_desk(dsn, story)


def test_while_the_database_is_away_the_answer_is_503_at_once(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.desk.db.close()
        answer = await post(desk, FORM)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"

    at_desk(dsn, story)


def test_many_at_once_are_each_answered_when_stored(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        forms = [{**FORM, "MessageSid": f"SM{n:032x}"} for n in range(100)]
        answers = await asyncio.gather(*(post(desk, form) for form in forms + forms))
        assert {answer.status_code for answer in answers} == {200}
        assert (await desk.rows(COUNT))[0].n == 100
        (seen,) = await desk.rows("SELECT sum(duplicate_count) AS n FROM processed_webhooks")
        assert seen.n == 100

    at_desk(dsn, story)
