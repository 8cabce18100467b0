"""The contract that every provider keeps: genuine webhooks are stored once, forged ones never, and none makes a 5xx.

Over real HTTP against the whole app on a real PostgreSQL. The providers stand in `kits.py`.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kits import KITS, DialpadKit, Kit, Signed

from frontdesk.errors import Malformed
from frontdesk.provider import Batch, Profile

PUBLIC = "https://desk.example.test/behind"
"""Under which the providers reach the desk: a proxy takes TLS and the prefix away."""

Check = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class Post:
    """The desk, as a provider reaches it."""

    def __init__(self, house: Any, kit: Kit) -> None:
        self._house = house
        self.kit = kit

    @property
    def profile(self) -> Profile:
        profile: Profile = self._house.desk.registry.profiles()[self.kit.webhook_type][1]
        return profile

    def genuine(self, body: bytes | None = None, *, secret: int = 0, base: str = PUBLIC, query: str = "") -> Signed:
        """A signed webhook; by default a fresh and good one."""
        return self.signed(body, self.kit.secrets[secret], f"{base}{self.kit.path}{query}")

    def signed(self, body: bytes | None, secret: str, url: str = "") -> Signed:
        """A webhook, fresh and good where no body is given, signed with this secret."""
        posted = self.kit.seal(self.kit.encode(self.kit.example()) if body is None else body, secret)
        return Signed(self.kit.sign(url or PUBLIC + self.kit.path, posted, secret), posted)

    @property
    def in_body(self) -> bool:
        """True where the signature stands in the body, so that no header can be false."""
        return isinstance(self.kit, DialpadKit)

    def __call__(self, signed: Signed, *, query: str = "", **headers: str) -> httpx2.Response:
        answer: httpx2.Response = self._house.http.post(
            self._house.url + self.kit.path + query, content=signed.body, headers={**signed.headers, **headers}
        )
        return answer

    def stored(self) -> int:
        """How many events of this type are stored."""
        query = "SELECT count(*) FROM webhook_events WHERE webhook_type = %(kind)s"
        return int(self._house.sql(query, kind=self.kit.webhook_type)[0][0])

    def repeated(self) -> int:
        """How many redeliveries of this type were counted."""
        query = "SELECT coalesce(sum(duplicate_count), 0) FROM processed_webhooks WHERE webhook_type = %(kind)s"
        return int(self._house.sql(query, kind=self.kit.webhook_type)[0][0])

    def is_acknowledged(self, answer: httpx2.Response) -> bool:
        """True where the answer is the one of the profile, byte for byte."""
        wanted = self.profile.acknowledge
        kind = answer.headers.get("content-type", "").partition(";")[0]
        return (answer.status_code, answer.content, kind) == (wanted.status, wanted.body, wanted.content_type)


@pytest.fixture(scope="module")
def house(contract_dsn: str, house_on: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    """A desk that takes the webhooks of every kit, behind a proxy, and handles nothing."""
    wanted: dict[str, Any] = {}
    for kit in KITS:
        wanted |= kit.settings
    with house_on(contract_dsn, roles=(), simulation=False, public_url=PUBLIC, **wanted) as house:
        yield house


@pytest.fixture(params=KITS, ids=lambda kit: kit.webhook_type)
def post(request: pytest.FixtureRequest, house: Any) -> Post:
    """One provider's way to the desk."""
    return Post(house, request.param)


def test_every_webhook_type_of_the_desk_has_its_kit(house: Any) -> None:
    assert {kit.webhook_type for kit in KITS} == set(house.desk.registry.profiles())


def test_a_genuine_webhook_is_stored_and_answered_as_the_profile_says(post: Post) -> None:
    before = post.stored()
    assert post.is_acknowledged(post(post.genuine()))
    assert post.stored() == before + 1


def test_one_signed_with_the_old_secret_is_accepted_too(post: Post) -> None:
    before = post.stored()
    assert post.is_acknowledged(post(post.genuine(secret=1)))
    assert post.stored() == before + 1


def test_a_replay_is_counted_and_answered_like_the_first(post: Post) -> None:
    signed = post.genuine()
    first = post(signed)
    stored, repeated = post.stored(), post.repeated()
    again = post(signed)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert post.is_acknowledged(again)
    assert (post.stored(), post.repeated()) == (stored, repeated + 1)


def test_a_retry_that_is_signed_anew_is_a_replay_too(post: Post) -> None:
    body = post.kit.encode(post.kit.example())
    post(post.genuine(body))
    stored, repeated = post.stored(), post.repeated()
    assert post.is_acknowledged(post(post.genuine(body, secret=1)))
    assert (post.stored(), post.repeated()) == (stored, repeated + 1)


FORGERIES: dict[str, Callable[[Post], Signed]] = {
    "no signature at all": lambda post: Signed(
        {"content-type": post.kit.content_type}, post.kit.encode(post.kit.example())
    ),
    "signed with a secret that nobody has": lambda post: _by_a_stranger(post),
    "one byte added to the body": lambda post: Signed((good := post.genuine()).headers, good.body + b"x"),
    "the signature of another body": lambda post: _swapped(post),
    "every signature header emptied": lambda post: _with_headers(post, lambda value: ""),
    "every signature header turned round": lambda post: _with_headers(post, lambda value: value[::-1]),
    "every signature header cut short": lambda post: _with_headers(post, lambda value: value[:-3]),
    "every signature header very long": lambda post: _with_headers(post, lambda value: value + "x" * 4000),
    "no ASCII in the signature headers": lambda post: _with_headers(post, lambda value: value[:-2] + "é\u00ff"),
}


def _by_a_stranger(post: Post) -> Signed:
    return post.signed(None, post.kit.secrets[0][:-4] + "AAA=")  # shaped like a secret, whatever these look like


def _swapped(post: Post) -> Signed:
    one, other = post.genuine(), post.genuine()
    if not post.in_body:
        return Signed(one.headers, other.body)
    return Signed(one.headers, other.body.rpartition(b".")[0] + b"." + one.body.rpartition(b".")[2])


def _with_headers(post: Post, changed: Callable[[str], str]) -> Signed:
    good = post.genuine()
    headers = {name: value if name == "content-type" else changed(value) for name, value in good.headers.items()}
    return Signed(headers, good.body)


@pytest.mark.parametrize("forged", FORGERIES)
def test_a_forgery_is_refused_with_403_and_nothing_is_stored(post: Post, forged: str) -> None:
    if post.in_body and "header" in forged:
        return  # its headers prove nothing
    stored, repeated = post.stored(), post.repeated()
    signed = FORGERIES[forged](post)
    headers = {name: value.encode("latin-1") for name, value in signed.headers.items()}
    answer = post(Signed(headers, signed.body))  # type: ignore[arg-type]
    assert answer.status_code == 403, answer.text
    assert post.kit.secrets[0] not in answer.text
    assert (post.stored(), post.repeated()) == (stored, repeated)


def test_behind_a_proxy_the_public_url_counts_whatever_the_proxy_says(post: Post) -> None:
    before = post.stored()
    headers = {"x-forwarded-proto": "http", "x-forwarded-host": "internal:3001", "host": "10.0.0.7"}
    assert post.is_acknowledged(post(post.genuine(), **headers))
    assert post.stored() == before + 1


def test_without_a_public_url_what_the_proxy_says_counts(
    dsn: str, house_on: Callable[..., AbstractContextManager[Any]]
) -> None:
    wanted: dict[str, Any] = {}
    for kit in KITS:
        wanted |= kit.settings
    with house_on(dsn, roles=(), simulation=False, **wanted) as house:
        for kit in KITS:
            post = Post(house, kit)
            headers = {"x-forwarded-proto": "https", "x-forwarded-host": "shop.example.test"}
            assert post.is_acknowledged(post(post.genuine(base="https://shop.example.test"), **headers))
            assert post.stored() == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b"a=%ZZ&&&=;", b"\x00" * 50, b"0", b'"text"', b"{}" * 3, b"[" * 100_000, b'{"a":' * 20_000],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_garbage_that_is_signed_is_refused_or_stored_and_never_our_fault(post: Post, body: bytes) -> None:
    before = post.stored()
    answer = post(post.genuine(body))
    assert post.is_acknowledged(answer) or answer.status_code in (400, 403), answer.text
    assert post.stored() - before in (0, int(post.is_acknowledged(answer)))  # what is of no interest is not stored


def test_a_body_beyond_the_limit_is_413_and_one_at_the_limit_is_not(post: Post) -> None:
    before, limit = post.stored(), post.profile.max_body
    assert post(post.genuine(b"x" * (limit + 1))).status_code == 413
    assert post(Signed({"content-type": post.kit.content_type}, b"x" * (limit + 1))).status_code == 413
    assert post(Signed({"content-type": post.kit.content_type}, b"x" * limit)).status_code == 403
    assert post.stored() == before


def test_a_field_that_is_left_out_or_of_another_kind_is_refused_or_stored(post: Post) -> None:
    example = post.kit.example()
    for name in example:
        for value in (None, "", "x" * 5000, "\x00", -1, 10**40, [], {}, [[["deep"]]], True, "é\u202e"):
            before = post.stored()
            fresh = post.kit.example()
            fields = {**fresh, name: value} if value is not None else {n: v for n, v in fresh.items() if n != name}
            answer = post(post.genuine(post.kit.encode(fields)))
            assert post.is_acknowledged(answer) or answer.status_code == 400, (name, value, answer.text)
            if value in (None, "") and name in post.kit.needed:
                assert answer.status_code == 400, (name, value)
            assert post.stored() - before in (0, int(post.is_acknowledged(answer)))


def test_a_type_that_nobody_knows_yet_is_refused_or_stored(post: Post) -> None:
    for name in ("type", "event", "object", "MessageStatus", "state", "field"):
        answer = post(post.genuine(post.kit.encode({**post.kit.example(), name: "brand.new_thing"})))
        assert post.is_acknowledged(answer) or answer.status_code == 400, (name, answer.text)


def test_another_method_or_query_or_path_is_no_webhook(post: Post, house: Any) -> None:
    before = post.stored()
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        answer = house.http.request(method, house.url + post.kit.path)
        assert answer.status_code in (400, 403, 404, 405), (method, answer.status_code)
    assert house.http.post(f"{house.url}{post.kit.path}/more", content=b"{}").status_code in (403, 404, 405)
    assert post.stored() == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)


@given(data=st.data())
@Check
def test_whatever_is_genuine_is_stored_or_refused(post: Post, data: st.DataObject) -> None:
    """A valid signature over anything: bytes, JSON, and the good example with any of its values replaced."""
    example = post.kit.example()
    body = data.draw(
        st.one_of(
            st.binary(max_size=400),
            JSON.map(lambda value: json.dumps(value).encode()),
            st.dictionaries(st.sampled_from(list(example)), JSON, max_size=4).map(
                lambda changes: post.kit.encode({**example, **changes})
            ),
        )
    )
    before = post.stored()
    answer = post(post.genuine(body))
    assert post.is_acknowledged(answer) or answer.status_code in (400, 403), answer.text
    kept = post.stored() - before
    if post.profile.batch is Batch.MANY and post.is_acknowledged(answer):
        assert kept >= 0
    else:
        assert kept in (0, int(post.is_acknowledged(answer)))


@given(data=st.data())
@Check
def test_whatever_is_not_genuine_is_refused_and_not_stored(post: Post, data: st.DataObject) -> None:
    """A good webhook of which one byte of the body, or one header, was changed on its way."""
    signed, before = post.genuine(), (post.stored(), post.repeated())
    if post.in_body or data.draw(st.booleans()):
        at = data.draw(st.integers(0, 9999)) % len(signed.body)
        byte = bytes([signed.body[at] ^ data.draw(st.integers(1, 255))])
        changed = Signed(signed.headers, signed.body[:at] + byte + signed.body[at + 1 :])
        if _means_the_same(post.kit, signed.body, changed.body):
            return
    else:
        name = data.draw(st.sampled_from([name for name in signed.headers if name != "content-type"]))
        value = data.draw(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
        if _has_the_signature(signed.headers[name], value):
            return
        changed = Signed({**signed.headers, name: value.strip()}, signed.body)
    answer = post(changed)
    assert answer.status_code in (400, 403), answer.text
    assert (post.stored(), post.repeated()) == before


def _means_the_same(kit: Kit, one: bytes, other: bytes) -> bool:
    """True where the provider signs the fields, and these are the same in another spelling."""
    if isinstance(kit, DialpadKit):  # the last character of a base64 text has bits that nobody reads
        return _decoded(one) == _decoded(other)
    if "form" not in kit.content_type:
        return False
    signature = kit.sign(PUBLIC + kit.path, one, kit.secrets[0])
    return signature == kit.sign(PUBLIC + kit.path, other, kit.secrets[0])


def _decoded(token: bytes) -> list[bytes]:
    try:
        return [base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in token.strip().split(b".")]
    except ValueError:
        return [token]


def _has_the_signature(value: str, other: str) -> bool:
    return value == other.strip()


def test_a_provider_says_what_is_wrong_by_its_own_errors_alone(post: Post, house: Any) -> None:
    """What `read` is given stands in the archive: whatever it holds, it is read or refused, never a fault."""
    provider = house.desk.registry.profiles()[post.kit.webhook_type][0]

    @given(changes=st.dictionaries(st.sampled_from(list(post.kit.example())), JSON, max_size=4), bare=JSON)
    @Check
    def reads(changes: Mapping[str, Any], bare: Any) -> None:
        for payload in ({**post.kit.example(), **changes}, {"data": bare}, {}):
            try:
                provider.read(post.kit.webhook_type, payload)
            except Malformed:
                continue

    reads()
