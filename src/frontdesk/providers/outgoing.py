"""Webhooks that the desk itself sends: signed by Standard Webhooks, to an address that somebody set.

Source: the Standard Webhooks specification, for signature and sender's rules. The address is resolved here, held
against what is private, and connected to as checked: a name that changes its address in between leads nowhere else.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx2

from frontdesk.errors import SetupError
from frontdesk.providers.posted import Fate, Posted
from frontdesk.providers.problem_documents import read_problem
from frontdesk.providers.rate_limits import parse_limits
from frontdesk.providers.retry_after import parse_http_date, parse_retry_after
from frontdesk.providers.standard_webhooks import sign

__all__ = ["OutgoingWebhook", "is_public", "judge_answer"]

TIMEOUT = 20.0
"""Seconds for a whole post; the specification advises 15 to 30."""
LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = 24 * 3600.0
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host."""


class OutgoingWebhook:
    """One address that takes our webhooks; it holds no connection between two of them."""

    def __init__(
        self,
        url: str,
        keys: Sequence[bytes],
        *,
        allow_private: bool = False,
        verify: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        """`keys`: all of them sign, the first being the newest, so that the receiver may rotate at leisure.

        `allow_private` lets it post to this machine and its network. Raises SetupError for what is no HTTP address.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
            raise SetupError("The webhook's address must be a URL like https://hooks.example.com/frontdesk.")
        if not keys:
            raise SetupError("An outgoing webhook needs a secret to sign with: whsec_ and 24 to 64 bytes in base64.")
        self._host, self._port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        self._url = httpx2.URL(url)
        self._keys = tuple(keys)
        self._allow_private = allow_private
        self._resolve = resolve or _resolve
        self._timeout = timeout
        # No connection is kept: it would be told apart by its address alone, whatever name was checked on it. No proxy
        # of the environment: it would look the name up again.
        self._http = httpx2.AsyncClient(
            timeout=timeout,
            trust_env=False,
            follow_redirects=False,
            verify=verify or True,
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    async def post(self, message_id: str, body: bytes, now: datetime) -> Posted:
        """Post one JSON body. `message_id` is the same at every try, so that the receiver takes it once."""
        time = int(now.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "Frontdesk",
            "webhook-id": message_id,
            "webhook-timestamp": str(time),
            "webhook-signature": " ".join(sign(key, message_id, time, body) for key in self._keys),
        }
        try:
            async with asyncio.timeout(self._timeout):
                addresses = await self._resolve(self._host, self._port)
                if not self._allow_private and not all(map(is_public, addresses)):
                    said = f"{self._host} is an address of this machine's own network: set one of the open internet."
                    return Posted(Fate.STOPPED, said, code="private_address", for_operator=True)
                return await self._exchange(addresses[0], headers, body)
        except TimeoutError:  # before OSError, which it is one of
            return Posted(Fate.LATER, f"{self._host} did not answer in time.", may_have_arrived=True)
        except (OSError, UnicodeError, IndexError) as error:
            return Posted(Fate.LATER, f"{self._host} was not found ({type(error).__name__}).")
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            return Posted(Fate.LATER, f"{self._host} was not reached ({type(error).__name__}).")
        except httpx2.HTTPError as error:
            return Posted(Fate.LATER, f"{self._host} did not answer ({type(error).__name__}).", may_have_arrived=True)

    async def _exchange(self, address: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """Post to this very address, as the host that it was resolved for; of the answer no more than its beginning."""
        request = self._http.build_request(
            "POST",
            self._url.copy_with(host=address),
            content=body,
            headers={**headers, "host": self._url.netloc.decode("ascii")},
            extensions={"sni_hostname": self._host},
        )
        answer = await self._http.send(request, stream=True)
        try:
            beginning = b""
            async for part in answer.aiter_bytes():
                beginning += part
                if len(beginning) > LONGEST_ANSWER:
                    break
        finally:
            await answer.aclose()
        return judge_answer(answer.status_code, answer.headers, beginning)

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()


def judge_answer(status: int, headers: Mapping[str, str], body: bytes) -> Posted:
    """What an answer means: 2xx delivered; 408, 425, 429 and 5xx later; 410 never again to that address; else no."""
    problem = read_problem(status, headers.get("content-type", ""), body)
    words = f"HTTP {status}" + (f": {problem.title}" if problem and problem.title else "")
    code = problem.type if problem and problem.type != "about:blank" else None
    if 200 <= status < 300:
        return Posted(Fate.DELIVERED, words, status)
    if status == 410:
        return Posted(Fate.STOPPED, f"{words}: the receiver wants no more.", status, code, for_operator=True)
    if status in _LATER or status >= 500:
        arrived = status not in (429, 503)
        return Posted(Fate.LATER, words, status, code, _wait(headers), may_have_arrived=arrived)
    moved = " (redirects are not followed: set the new address)" if 300 <= status < 400 else ""
    return Posted(Fate.REFUSED, words + moved, status, code, for_operator=status in (401, 403, 404) or bool(moved))


def _wait(headers: Mapping[str, str]) -> float | None:
    """How long the receiver asks us to stay away, at most a day: by Retry-After, else by a limit that is used up."""
    now = parse_http_date(headers.get("date", "")) or datetime.now(UTC)
    asked = parse_retry_after(headers.get("retry-after"), now)
    if asked is None:
        resets = [one.reset for one in parse_limits(headers.get("ratelimit")) if one.remaining == 0 and one.reset]
        asked = float(max(resets)) if resets else None
    return None if asked is None else min(asked, LONGEST_WAIT)


def is_public(address: str) -> bool:
    """True for an address of the open internet, also where an IPv4 one is wrapped in an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        wrapped = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            wrapped = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(str(wrapped))
    return parsed.is_global and not parsed.is_multicast


async def _resolve(host: str, port: int) -> Sequence[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(info[4][0]) for info in found]
