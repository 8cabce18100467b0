"""The JSON object in a webhook's body, or the reason why there is none."""

from typing import Any

import orjson

from frontdesk.errors import Malformed

__all__ = ["read_json_object"]


def read_json_object(body: bytes, sender: str) -> dict[str, Any]:
    """The JSON object that a body is. Raises Malformed for no JSON, no UTF-8, NaN, too deep, or no object."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body of the webhook from {sender} is no JSON ({error.msg}).") from error
    if not isinstance(given, dict):
        raise Malformed(f"The body of the webhook from {sender} is JSON, but no object.")
    return given
