"""What a model's server says no to, and what that means: ask for less, or give up for this reason. Pure.

Source: OpenAI's API reference, "Error codes"; servers that speak the same API leave out `param` and `code`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from frontdesk.errors import ModelFailed, ModelTrouble

__all__ = ["NAME_OF_SCHEMA", "Terms", "easier", "is_address", "refused", "wait_in"]

NAME_OF_SCHEMA = "answer"

_NO_SUCH_PART = (400, 415, 422, 500, 501)
"""Statuses with which servers answer a part of the API that they do not know."""
_SCHEMA_WORDS = ("response_format", "json_schema", "schema", "structured output", "guided", "grammar")
_MONEY = ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a server is asked with: all of the API, until it says that it does not know a part of it."""

    schema: bool = True
    """Answers held to a JSON Schema; else `json`, answers that are JSON; else any text."""
    json: bool = True
    temperature: bool = True
    tokens: str = "max_completion_tokens"


def easier(terms: Terms, status: int, param: str | None, code: str | None, words: str) -> Terms | None:
    """What to ask with after this error; None where asking for less would not help. Each part is given up once."""
    if status not in _NO_SUCH_PART:
        return None
    said = f"{param or ''} {words}".lower()
    if "max_completion_tokens" in said and terms.tokens == "max_completion_tokens":
        return replace(terms, tokens="max_tokens")
    if "temperature" in said and terms.temperature:
        return replace(terms, temperature=False)
    silent = status in (400, 422) and param is None and code is None
    if any(word in said for word in _SCHEMA_WORDS) or silent:
        if terms.schema:
            return replace(terms, schema=False)
        if terms.json:
            return replace(terms, json=False)
    return None


def is_address(base_url: str) -> bool:
    """True for what a server can be asked at."""
    try:
        parts = urlsplit(base_url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def wait_in(headers: Mapping[str, str]) -> float | None:
    """For how many seconds the server wants not to be asked; None where it does not say so in a number."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        said = headers.get(name, "")
        if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?", said):
            return float(said) * unit
    return None


def refused(
    status: int, code: str | None, kind: str | None, words: str, retry_after: float | None = None
) -> ModelFailed:
    """The error for a status of 4xx or 5xx."""
    message = f"HTTP {status}: {words}" if not words.startswith("HTTP") else words
    if code in _MONEY or kind in _MONEY:
        return ModelFailed(f"{message} Check plan and billing of the key's account.", ModelTrouble.AUTH)
    if status in (401, 403):
        return ModelFailed(f"{message} Check OPENAI_API_KEY.", ModelTrouble.AUTH)
    if status == 404:
        return ModelFailed(f"{message} Check OPENAI_MODEL and OPENAI_BASE_URL.", ModelTrouble.AUTH)
    if status == 429:
        return ModelFailed(message, ModelTrouble.RATE_LIMIT, retry_after)
    if status in (408, 409) or status >= 500:
        return ModelFailed(message, ModelTrouble.SERVER, retry_after)
    return ModelFailed(message, ModelTrouble.REJECTED)
