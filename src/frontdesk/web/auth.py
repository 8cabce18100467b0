"""Who may see the desk: bearer tokens for programs, a signed cookie for people; without a token, this machine alone."""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import ClassVar
from urllib.parse import urlsplit

from starlette.requests import Request

from frontdesk.errors import FrontdeskError, SetupError
from frontdesk.settings import Settings

__all__ = ["COOKIE", "SESSION", "CrossSite", "Doorkeeper", "Key", "NotAdmitted", "check_exposure", "read_keys"]

COOKIE = "frontdesk_session"
SESSION = timedelta(hours=12)
"""How long a login holds."""

_SAFE = ("GET", "HEAD", "OPTIONS")
_NAMED = re.compile(r"([A-Za-z0-9_.@-]{1,40}):(.+)")
_LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", re.IGNORECASE)
# What proxies and tunnels add. A request that carries one comes from somewhere else than this machine.
_FORWARDING = (
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "x-original-host",
)
_FORWARDING_FAMILIES = ("x-forwarded-", "cf-", "fly-", "x-envoy-", "x-vercel-")


class NotAdmitted(FrontdeskError):
    """The request may not see this; the text says what to do."""

    status: ClassVar[int] = 401


class CrossSite(NotAdmitted):
    """Another web site made the visitor's browser send this."""

    status = 403


@dataclass(frozen=True, slots=True)
class Key:
    """One admin token and the name that it goes by."""

    name: str
    token: str


def read_keys(settings: Settings) -> tuple[Key, ...]:
    """The tokens of ADMIN_TOKEN: `name:token,name2:token2`, or bare ones, which go by the name admin."""
    given = settings.admin_token.get_secret_value() if settings.admin_token else ""
    entries = [entry.strip() for entry in given.split(",") if entry.strip()]
    named = [(_NAMED.fullmatch(entry), entry) for entry in entries]
    return tuple(Key(match[1], match[2]) if match else Key("admin", entry) for match, entry in named)


def _read_cron_secrets(settings: Settings) -> tuple[str, ...]:
    given = settings.cron_secret.get_secret_value() if settings.cron_secret else ""
    return tuple(secret.strip() for secret in given.split(",") if secret.strip())


def check_exposure(settings: Settings) -> None:
    """Refuse to listen beyond this machine without a token. Raises SetupError that says how to go on."""
    if not read_keys(settings) and not _is_loopback(settings.host):
        raise SetupError(
            f"HOST={settings.host} would show leads and messages to anybody who reaches this port. "
            "Set ADMIN_TOKEN (for example to the output of `openssl rand -hex 24`), or HOST=127.0.0.1."
        )


def _is_loopback(host: str) -> bool:
    try:
        return host.lower() == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class Doorkeeper:
    """Admits requests, and makes and reads sessions. `now` is real time: a virtual clock must not log people out."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.keys = read_keys(settings)
        self._cron_secrets = _read_cron_secrets(settings)
        self._now = now
        self._public_host = urlsplit(settings.public_url or "").netloc

    def admit(self, request: Request) -> str:
        """The name that this request goes by. Raises NotAdmitted, or CrossSite for a write from another site."""
        if (bearer := _bearer(request)) is not None and self.keys:
            if (key := self.key_of(bearer)) is None:
                raise NotAdmitted("The bearer token is not one of ADMIN_TOKEN.")
            return key.name  # no browser adds this header by itself, so no other site can borrow it
        name = self._by_session(request) if self.keys else _from_here(request)
        self.refuse_cross_site(request)
        return name

    def admit_cron(self, request: Request) -> str:
        """The name under which this request may run a cron job: of CRON_SECRET or an admin token, as a bearer token.

        Without CRON_SECRET the rule is that of the admin API. Raises NotAdmitted, or CrossSite.
        """
        if not self._cron_secrets:
            # The jobs run by GET too, which a page of any site can make a browser send.
            self.refuse_cross_site(request, safe=())
            try:
                return self.admit(request)
            except NotAdmitted as error:
                more = "To let a cron job in, set CRON_SECRET, and send it as `Authorization: Bearer`."
                raise NotAdmitted(f"{error} {more}") from error
        if (bearer := _bearer(request)) is None:
            raise NotAdmitted("Send `Authorization: Bearer` with CRON_SECRET, or with a token of ADMIN_TOKEN.")
        shown, is_secret = _digest(bearer), False
        for secret in self._cron_secrets:
            is_secret |= hmac.compare_digest(shown, _digest(secret))
        if is_secret:
            return "cron"
        if (key := self.key_of(bearer)) is not None:
            return key.name
        raise NotAdmitted(
            "The bearer token is neither CRON_SECRET nor a token of ADMIN_TOKEN: "
            "give the cron job the value that this desk was started with."
        )

    def key_of(self, token: str) -> Key | None:
        """The key of a token that somebody shows, compared in constant time; the whole `name:token` is good too."""
        shown, found = _digest(token), None
        for key in self.keys:
            whole = hmac.compare_digest(shown, _digest(f"{key.name}:{key.token}"))
            if hmac.compare_digest(shown, _digest(key.token)) or whole:
                found = key
        return found

    def open_session(self, key: Key) -> str:
        """The cookie of a fresh session; it is void as soon as the token changes."""
        expires = int((self._now() + SESSION).timestamp())
        return f"{key.name}|{expires}|{_seal(key, expires)}"

    def refuse_cross_site(self, request: Request, safe: Sequence[str] = _SAFE) -> None:
        """Raise CrossSite for a write that another site's page sent; programs send neither header and pass."""
        if request.method in safe:
            return
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        ours = {request.headers.get("host"), request.headers.get("x-forwarded-host"), self._public_host or None}
        foreign = urlsplit(origin).netloc not in ours if origin else False
        if site not in ("same-origin", "none") if site else foreign:
            raise CrossSite("This was sent from a page of another site; open the desk itself and do it there.")

    def _by_session(self, request: Request) -> str:
        name, expires, seal = ([*request.cookies.get(COOKIE, "").split("|"), "", "", ""])[:3]
        if expires.isascii() and expires.isdigit() and len(expires) < 12 and int(expires) > self._now().timestamp():
            for key in self.keys:
                if key.name == name and hmac.compare_digest(seal.encode(), _seal(key, int(expires)).encode()):
                    return key.name
        raise NotAdmitted("Send `Authorization: Bearer` with a token of ADMIN_TOKEN, or log in at /login.")


def _from_here(request: Request) -> str:
    """Without a token only this machine is let in: a tunnel or a rebound DNS name must not open the desk."""
    host, client = request.headers.get("host", ""), request.client
    forwarded = [name for name in request.headers if name in _FORWARDING or name.startswith(_FORWARDING_FAMILIES)]
    remote = client is not None and not _is_loopback(client.host)
    if remote or forwarded or not _LOOPBACK_HOST.fullmatch(host):
        raise NotAdmitted(
            "No ADMIN_TOKEN is set, so the desk opens only on this machine (http://127.0.0.1 or http://localhost). "
            "To reach it from elsewhere, set ADMIN_TOKEN and start the desk again."
        )
    return "this machine"


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _seal(key: Key, expires: int) -> str:
    return hmac.new(key.token.encode(), f"frontdesk session|{key.name}|{expires}".encode(), hashlib.sha256).hexdigest()
