"""Our own webhooks out: official libraries verify what is posted, every answer is understood, nothing private is reached."""

import asyncio
import base64
import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import standardwebhooks
import svix.webhooks
from canned import canned
from hypothesis import given, settings
from hypothesis import strategies as st

from frontdesk.errors import SetupError
from frontdesk.providers.outgoing import OutgoingWebhook, is_public, judge_answer
from frontdesk.providers.posted import Fate, Posted
from frontdesk.providers.standard_webhooks import read_key

NEW, OLD = ("whsec_" + base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2))
KEYS = tuple(read_key(secret, "SECRET") for secret in (NEW, OLD))
BODY = json.dumps({"type": "alert.opened", "timestamp": "2026-11-20T16:00:00Z", "data": {"name": "Żółć 🙂"}}).encode()


async def here(host: str, port: int) -> Sequence[str]:
    """A resolver to which every name is this machine."""
    return ["127.0.0.1"]


async def post(url: str, body: bytes = BODY, **more: Any) -> Posted:
    webhook = OutgoingWebhook(url, KEYS, **{"allow_private": True, "timeout": 1.0, **more})
    try:
        return await webhook.post("msg_1", body, datetime.now(UTC))
    finally:
        await webhook.aclose()


def answer(status: int, body: str = "", **headers: str) -> dict[str, Any]:
    return {
        "status": status,
        "body": body,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
    }


def test_the_official_libraries_verify_what_is_posted_by_either_secret() -> None:
    async def story() -> None:
        async with canned(answer(204)) as (base, asked):
            assert (await post(f"{base}/hook?x=1")).fate is Fate.DELIVERED
        (request,) = asked
        body = await request.body()
        assert (body, str(request.url)) == (BODY, f"{base}/hook?x=1")
        headers = dict(request.headers)
        for secret in (NEW, OLD):
            assert standardwebhooks.Webhook(secret).verify(body, headers) == json.loads(BODY)
            svix.webhooks.Webhook(secret).verify(body, headers)
        with pytest.raises(standardwebhooks.WebhookVerificationError):
            standardwebhooks.Webhook(NEW).verify(body + b" ", headers)

    asyncio.run(story())


@given(body=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
@settings(max_examples=20, deadline=None)
def test_they_verify_any_body(body: str) -> None:
    async def story() -> None:
        async with canned(answer(200)) as (base, asked):
            await post(base, body.encode())
        standardwebhooks.Webhook(NEW).verify(await asked[0].body(), dict(asked[0].headers), json_parse=False)

    asyncio.run(story())


PROBLEM = json.dumps({"type": "https://x.example.test/quota", "title": "Too much", "status": 400})


@pytest.mark.parametrize(
    ("given_answer", "fate", "retry_after", "arrived"),
    [
        (answer(200, "ok"), Fate.DELIVERED, None, False),
        (answer(202), Fate.DELIVERED, None, False),
        (answer(302, location="http://169.254.169.254/"), Fate.REFUSED, None, False),
        (answer(400), Fate.REFUSED, None, False),
        (answer(401), Fate.REFUSED, None, False),
        (answer(404), Fate.REFUSED, None, False),
        (answer(410), Fate.STOPPED, None, False),
        (answer(408), Fate.LATER, None, True),
        (answer(429, retry_after="30"), Fate.LATER, 30.0, False),
        (answer(429, ratelimit='"day";r=0;t=7, "hour";r=5;t=99'), Fate.LATER, 7.0, False),
        (answer(429, PROBLEM, content_type="application/problem+json"), Fate.LATER, None, False),
        (answer(503, retry_after="99999999999"), Fate.LATER, 86400.0, False),
        (answer(500), Fate.LATER, None, True),
        (answer(502), Fate.LATER, None, True),
        (answer(599), Fate.LATER, None, True),
    ],
    ids=lambda value: str(value["status"]) if isinstance(value, dict) else None,
)
def test_every_answer_says_what_to_do_next(
    given_answer: dict[str, Any], fate: Fate, retry_after: float | None, arrived: bool
) -> None:
    async def story() -> None:
        async with canned(given_answer) as (base, asked):
            posted = await post(base)
            assert (posted.fate, posted.retry_after, posted.may_have_arrived) == (fate, retry_after, arrived)
            assert posted.status == given_answer["status"]
            assert len(asked) == 1  # and no redirect was followed

    asyncio.run(story())


def test_a_problem_document_gives_its_words() -> None:
    posted = judge_answer(400, {"content-type": "application/problem+json"}, PROBLEM.encode())
    assert (posted.words, posted.code) == ("HTTP 400: Too much", "https://x.example.test/quota")


def test_of_an_answer_without_end_only_the_beginning_is_read() -> None:
    async def story() -> None:
        async with canned(answer(200, "x" * 50_000_000)) as (base, _):
            began = time.monotonic()
            assert (await post(base, timeout=5.0)).fate is Fate.DELIVERED
            assert time.monotonic() - began < 3

    asyncio.run(story())


async def nowhere(host: str, port: int) -> Sequence[str]:
    raise OSError("Name or service not known")


async def never(host: str, port: int) -> Sequence[str]:
    await asyncio.sleep(5)
    return []


def test_who_is_not_found_not_reached_or_silent_is_tried_later() -> None:
    async def story() -> None:
        assert await told("http://hooks.example.test/", resolve=nowhere) == (Fate.LATER, False)
        assert await told("http://127.0.0.1:9/") == (Fate.LATER, False)
        assert await told("http://hooks.example.test/", resolve=never, timeout=0.2) == (Fate.LATER, True)
        assert await told(f"http://{'a' * 70}.example.test/") == (Fate.LATER, False)
        async with canned(None) as (base, _):
            assert await told(base, timeout=0.3) == (Fate.LATER, True)

    async def told(url: str, **more: Any) -> tuple[Fate, bool]:
        posted = await post(url, **more)
        return posted.fate, posted.may_have_arrived

    asyncio.run(story())


def test_an_address_of_our_own_network_is_not_reached_unless_allowed() -> None:
    async def story() -> None:
        async with canned(answer(200)) as (base, asked):
            port = base.rpartition(":")[2]
            for url in (base, f"http://localhost:{port}/", f"http://hooks.example.test:{port}/"):
                posted = await post(url, allow_private=False, resolve=here if "example" in url else None)
                assert (posted.fate, posted.code, posted.for_operator) == (Fate.STOPPED, "private_address", True)
            assert asked == []
            assert (await post(f"http://hooks.example.test:{port}/", resolve=here)).fate is Fate.DELIVERED
            assert asked[0].headers["host"] == f"hooks.example.test:{port}"

    asyncio.run(story())


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "10.0.0.1"]

    posted = asyncio.run(post("https://hooks.example.test/", allow_private=False, resolve=both))
    assert posted.code == "private_address"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("64:ff9b::5db8:d70e", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("no address", False),
    ],
)
def test_what_is_public_and_what_only_looks_like_it(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("url", ["", "hooks.example.test", "ftp://hooks.example.test", "https://", "https://u:p@hooks.example.test/", "https://hooks.example.test/#a"])  # fmt: skip
def test_what_is_no_address_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SetupError, match="must be a URL"):
        OutgoingWebhook(url, KEYS)


def test_without_a_secret_nothing_is_sent() -> None:
    with pytest.raises(SetupError, match="needs a secret"):
        OutgoingWebhook("https://hooks.example.test/", [])


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_over_tls_the_certificate_must_be_of_the_name_though_an_address_is_connected_to(tmp_path: Path) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"]
    names = ["-addext", "subjectAltName=DNS:hooks.example.test", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*made, *names], cwd=tmp_path, check=True, capture_output=True)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))

    async def story() -> None:
        async with over_tls(tmp_path) as port:
            good = await post(f"https://hooks.example.test:{port}/", resolve=here, verify=trusting)
            assert good.fate is Fate.DELIVERED, good
            other = await post(f"https://other.example.test:{port}/", resolve=here, verify=trusting)
            assert (other.fate, other.may_have_arrived) == (Fate.LATER, False)

    asyncio.run(story())


@asynccontextmanager
async def over_tls(folder: Path) -> Any:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"\r\nhost: hooks.example.test:" in head.lower()
        writer.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]
