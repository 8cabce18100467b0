"""What is known of a message when its request got no answer, as one table for every carrier.

Only where nothing was written is it known not sent. Source: httpx2, exceptions.
"""

from dataclasses import dataclass

import httpx2

from frontdesk.errors import Exchange, SendError, Unknown, Unreachable

__all__ = ["NO_ANSWER", "NoAnswer", "no_answer"]


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """How a request went without an answer, by the HTTP client's exceptions, and what is then known of the message."""

    words: str
    means: type[SendError]
    errors: tuple[type[Exception], ...]


NO_ANSWER = (
    NoAnswer("the connection was refused, the host not found, or TLS failed", Unreachable, (httpx2.ConnectError,)),
    NoAnswer("no connection came about in time", Unreachable, (httpx2.ConnectTimeout,)),
    NoAnswer("no connection of ours was free in time", Unreachable, (httpx2.PoolTimeout,)),
    NoAnswer("the proxy in between did not let us through", Unreachable, (httpx2.ProxyError,)),
    NoAnswer("the address is none of HTTP", Unreachable, (httpx2.UnsupportedProtocol,)),
    NoAnswer("the answer did not come in time", Unknown, (httpx2.ReadTimeout,)),
    NoAnswer("writing did not end in time", Unknown, (httpx2.WriteTimeout,)),
    NoAnswer(
        "the connection broke while writing or waiting", Unknown, (httpx2.NetworkError, httpx2.RemoteProtocolError)
    ),
    NoAnswer("anything else without an answer that can be read", Unknown, (httpx2.RequestError,)),
)
"""The first row that fits holds."""


def no_answer(carrier: str, error: httpx2.RequestError, exchange: Exchange | None, done: str = "sent") -> SendError:
    """What a send to this carrier that got no answer means; `done` is what may have been done."""
    row = next(row for row in NO_ANSWER if isinstance(error, row.errors))
    name = type(error).__name__
    if row.means is Unreachable:
        return Unreachable(f"{carrier} could not be reached ({name}).", exchange=exchange)
    return Unknown(f"No answer from {carrier} ({name}): it may have been {done}.", exchange=exchange)
