"""`X-Twilio-Signature`: is a webhook Twilio's own?

Source: Twilio, "Webhooks security". HMAC-SHA1 with the auth token over the public URL followed by every form field,
sorted by name, name and value run together. It works on bytes throughout: a body that is not valid UTF-8 has a
signature too, and the order of UTF-8 bytes is the order of code points.
"""

import base64
import hashlib
import hmac
from binascii import Error as Base64Error
from collections.abc import Iterator, Sequence
from urllib.parse import quote, unquote_to_bytes

from frontdesk.errors import Forged, Malformed
from frontdesk.provider import HttpRequest

__all__ = ["MAX_FIELDS", "check_signature", "form_pairs"]

MAX_FIELDS = 1000
"""A message has about 40 fields. Far more is somebody keeping us busy: sorting comes before the signature."""

BODY_HASH = b"bodySHA256"
STANDARD_PORTS = {"https": "443", "http": "80"}


def check_signature(request: HttpRequest, tokens: Sequence[str]) -> None:
    """Raise Forged unless one of the tokens signed this request; Malformed for more than 1000 fields."""
    given = request.headers.get("x-twilio-signature", "").encode("utf-8", "replace")
    if not given:
        raise Forged("The webhook has no X-Twilio-Signature header.")
    texts = list(_signed_texts(request))
    # All are compared, so that the time taken tells nothing of which token or form of the URL came close.
    matches = [hmac.compare_digest(_signature(token, text), given) for token in tokens for text in texts]
    if not any(matches):
        raise Forged("The X-Twilio-Signature does not match: another auth token, public URL or body.")
    if _is_hashed(request) and not _hash_matches(request):
        raise Forged("The body of the webhook is not the one that was signed.")


def form_pairs(encoded: bytes) -> list[tuple[bytes, bytes]]:
    """The fields of a form or query in order, blank values kept. Raises Malformed for more than 1000."""
    if encoded.count(b"&") >= MAX_FIELDS:
        raise Malformed(f"The webhook has more than {MAX_FIELDS} fields.")
    pieces = (piece.partition(b"=") for piece in encoded.split(b"&") if piece)
    return [(_decoded(name), _decoded(value)) for name, _, value in pieces]


def _decoded(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _signature(token: str, text: bytes) -> bytes:
    return base64.b64encode(hmac.digest(token.encode(), text, hashlib.sha1))


def _signed_texts(request: HttpRequest) -> Iterator[bytes]:
    """Every text that Twilio may have signed for this request."""
    fields = list(_signed_fields(request))
    for url in _url_forms(request):
        for field_text in fields:
            yield url.encode("utf-8", "replace") + field_text


def _signed_fields(request: HttpRequest) -> Iterator[bytes]:
    """The fields as signed: nothing for a GET or a hashed body; else sorted, duplicates of name and value once."""
    if request.method.upper() == "GET" or _is_hashed(request):
        yield b""
        return
    pairs = form_pairs(request.body)
    raw = b"".join(name + value for name, value in sorted(set(pairs)))
    yield raw
    # A signer that works on text saw replacement characters where the bytes are no UTF-8.
    cleaned = {(_cleaned(name), _cleaned(value)) for name, value in pairs}
    text = b"".join(name + value for name, value in sorted(cleaned))
    if text != raw:
        yield text


def _cleaned(raw: bytes) -> bytes:
    return raw.decode("utf-8", "replace").encode()


def _url_forms(request: HttpRequest) -> list[str]:
    """The URL as called, without a port, and with the standard one: Twilio itself is not consistent here.

    Where the URL was given to Twilio as https://user:password@…, that part is signed but reaches us only as a header.
    """
    url = request.url.partition("#")[0]
    scheme, _, rest = url.partition("://")
    end = next((at for at, char in enumerate(rest) if char in "/?"), len(rest))
    user, at_sign, host_port = rest[:end].rpartition("@")
    users = {user + at_sign} | ({_basic_user(request)} if not user else set())
    host, colon, port = host_port.rpartition(":")
    if not colon or not port.isdigit():
        host, port = host_port, ""
    hosts = dict.fromkeys((host_port, host, f"{host}:{port or STANDARD_PORTS.get(scheme.lower(), '80')}"))
    return [f"{scheme}://{one}{place}{rest[end:]}" for one in sorted(users) for place in hosts]


def _basic_user(request: HttpRequest) -> str:
    """`user:password@` from a Basic Authorization header, empty where there is none."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        user, _, password = base64.b64decode(encoded.encode("utf-8", "replace")).partition(b":")
    except (Base64Error, ValueError):
        return ""
    return f"{quote(user, safe='')}:{quote(password, safe='')}@"


def _is_hashed(request: HttpRequest) -> bool:
    """A body that is no form: Twilio signs the URL alone, which then carries the body's hash."""
    is_form = "x-www-form-urlencoded" in request.headers.get("content-type", "").lower()
    return request.method.upper() != "GET" and not is_form and bool(_given_hash(request))


def _given_hash(request: HttpRequest) -> bytes:
    query = request.url.partition("#")[0].partition("?")[2].encode("utf-8", "replace")
    return next((value for name, value in form_pairs(query) if name == BODY_HASH), b"")


def _hash_matches(request: HttpRequest) -> bool:
    return hmac.compare_digest(hashlib.sha256(request.body).hexdigest().encode(), _given_hash(request).lower())
