"""Problem documents (RFC 9457) as others send them: read for what is there, never relied on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from frontdesk.providers.redaction import json_object

__all__ = ["ProblemRead", "read_problem"]

_OWN = ("type", "title", "status", "detail", "instance")


@dataclass(frozen=True, slots=True)
class ProblemRead:
    """A problem as its sender describes it; `status` is the HTTP status, whatever the document says."""

    type: str
    title: str | None
    status: int
    detail: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)


def read_problem(status: int, content_type: str, body: bytes) -> ProblemRead | None:
    """The problem in an answer; None where it is no problem document. Members of a wrong kind count as absent."""
    if content_type.partition(";")[0].strip().lower() != "application/problem+json":
        return None
    if (given := json_object(body)) is None:
        return None
    texts = {name: given[name] for name in ("type", "title", "detail") if isinstance(given.get(name), str)}
    extensions = {name: value for name, value in given.items() if name not in _OWN}
    kind = texts.get("type", "about:blank")
    return ProblemRead(kind, texts.get("title"), status, texts.get("detail"), extensions)
