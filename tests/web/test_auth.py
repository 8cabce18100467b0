"""Who may see the desk: tokens, sessions, this machine alone, and nobody through a tunnel or another site."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from starlette.requests import Request

from frontdesk.errors import SetupError
from frontdesk.testing import scratch_settings
from frontdesk.web.auth import COOKIE, SESSION, CrossSite, Doorkeeper, Key, NotAdmitted, check_exposure, read_keys

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
TOKEN = "a-long-admin-token"


def door(token: str | None = None, now: datetime = NOW, **changes: Any) -> Doorkeeper:
    return Doorkeeper(scratch_settings(admin_token=token, **changes), lambda: now)


def request(method: str = "GET", client: str = "127.0.0.1", **headers: str) -> Request:
    given = {"host": "127.0.0.1:3001", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw, "client": (client, 5000)})


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        (None, []),
        (" , ", []),
        ("bare", [Key("admin", "bare")]),
        ("ada:one, bob:two", [Key("ada", "one"), Key("bob", "two")]),
        ("bare,ada:with:colon", [Key("admin", "bare"), Key("ada", "with:colon")]),
    ],
)
def test_admin_token_holds_bare_and_named_tokens(given: str | None, keys: list[Key]) -> None:
    assert list(read_keys(scratch_settings(admin_token=given))) == keys


@pytest.mark.parametrize(("shown", "name"), [("one", "ada"), ("two", "bob"), ("ada:one", "ada")])
def test_a_bearer_token_admits_under_its_name(shown: str, name: str) -> None:
    assert door("ada:one,bob:two").admit(request(host="desk.example", authorization=f"Bearer {shown}")) == name


@pytest.mark.parametrize("shown", ["three", "", "ada:two", "bob:", "ONE"])
def test_a_wrong_token_does_not(shown: str) -> None:
    with pytest.raises(NotAdmitted):
        door("ada:one,bob:two").admit(request(authorization=f"Bearer {shown}"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:3001", "localhost:8080", "LocalHost", "[::1]:3001"])
def test_without_a_token_this_machine_is_let_in(host: str) -> None:
    assert door().admit(request(host=host)) == "this machine"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "desk.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost@evil.example"},
        {"host": ""},
        {"x_forwarded_for": "203.0.113.9"},
        {"x_forwarded_proto": "https"},
        {"forwarded": "for=203.0.113.9"},
        {"x_real_ip": "203.0.113.9"},
        {"cf_connecting_ip": "203.0.113.9"},
        {"via": "1.1 proxy"},
        {"client": "203.0.113.9"},
    ],
)
def test_without_a_token_nothing_from_elsewhere_is(headers: dict[str, str]) -> None:
    with pytest.raises(NotAdmitted, match="set ADMIN_TOKEN"):
        door().admit(request(**headers))


def test_a_session_holds_for_twelve_hours_and_ends() -> None:
    cookie = door(TOKEN).open_session(Key("admin", TOKEN))
    late, too_late = NOW + SESSION - timedelta(seconds=1), NOW + SESSION + timedelta(seconds=1)
    assert door(TOKEN, late).admit(request(cookie=f"{COOKIE}={cookie}")) == "admin"
    with pytest.raises(NotAdmitted):
        door(TOKEN, too_late).admit(request(cookie=f"{COOKIE}={cookie}"))


def test_changing_the_token_logs_out() -> None:
    cookie = door(TOKEN).open_session(Key("admin", TOKEN))
    with pytest.raises(NotAdmitted):
        door("another-token").admit(request(cookie=f"{COOKIE}={cookie}"))


@pytest.mark.parametrize(
    "tamper", ["ada|{1}|{2}", "{0}|9999999999|{2}", "{0}|{1}|{2}0", "{0}|{1}|", "", "x", "|||", "{0}|²|{2}"]
)
def test_a_session_that_was_tampered_with_is_none(tamper: str) -> None:
    parts = door(TOKEN).open_session(Key("admin", TOKEN)).split("|")
    scope = request()
    scope._cookies = {COOKIE: tamper.format(*parts)}
    with pytest.raises(NotAdmitted):
        door(f"{TOKEN},ada:two").admit(scope)


@pytest.mark.parametrize(
    "headers",
    [{}, {"origin": "http://127.0.0.1:3001"}, {"sec_fetch_site": "same-origin", "origin": "http://127.0.0.1:3001"}],
)
def test_our_own_pages_and_programs_may_write(headers: dict[str, str]) -> None:
    assert door().admit(request("POST", **headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:8080"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "http://127.0.0.1:3001"},
    ],
)
def test_another_sites_page_may_not(headers: dict[str, str]) -> None:
    with pytest.raises(CrossSite):
        door().admit(request("POST", **headers))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "desk.example", ""])
def test_the_desk_is_not_exposed_without_a_token(host: str) -> None:
    with pytest.raises(SetupError, match="ADMIN_TOKEN"):
        check_exposure(scratch_settings(host=host))
    check_exposure(scratch_settings(host=host, admin_token=TOKEN))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_no_token_is_needed(host: str) -> None:
    check_exposure(scratch_settings(host=host))


@pytest.fixture(scope="module")
def locked(module_dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    with house_on(module_dsn, roles=(), admin_token=f"ada:{TOKEN}") as house:
        yield house


def test_pages_lead_to_the_login_and_back(locked: Any) -> None:
    with httpx2.Client(base_url=locked.url, trust_env=False) as browser:
        sent_away = browser.get("/system")
        assert (sent_away.status_code, sent_away.headers["location"]) == (303, "/login?next=/system")
        wrong = browser.post("/login", data={"token": "guess", "next": "/system"})
        assert wrong.status_code == 403
        assert "not one of the tokens" in wrong.text
        right = browser.post("/login", data={"token": TOKEN, "next": "/system"})
        assert (right.status_code, right.headers["location"]) == (303, "/system")
        cookie = right.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert "secure" not in cookie
        assert "ada" in browser.get("/system").text
        assert browser.get("/api/admin/outbox").status_code == 200
        browser.post("/logout")
        assert browser.get("/system").status_code == 303


def test_behind_https_the_cookie_is_secure(locked: Any) -> None:
    answer = locked.post("/login", data={"token": TOKEN}, headers={"x-forwarded-proto": "https"})
    assert "secure" in answer.headers["set-cookie"].lower()
    locked.http.cookies.clear()


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil"])
def test_a_login_leads_nowhere_else(locked: Any, onward: str) -> None:
    answer = locked.post("/login", data={"token": TOKEN, "next": onward})
    locked.http.cookies.clear()
    assert answer.headers["location"] == "/"


def test_the_admin_api_says_what_to_do(locked: Any) -> None:
    answer = locked.get("/api/admin/outbox")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "Authorization: Bearer" in answer.json()["detail"]
    assert locked.get("/api/admin/outbox", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_a_fragment_sends_the_page_to_the_login(locked: Any) -> None:
    answer = locked.get("/parts/system", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


def test_monitors_need_no_token(locked: Any) -> None:
    assert locked.get("/livez").json() == {"status": "ok"}
    verdict = locked.get("/readyz")
    assert verdict.status_code == 503
    assert [reason.split(" is ")[0] for reason in verdict.json()["reasons"]] == ["No worker", "No scheduler"]
