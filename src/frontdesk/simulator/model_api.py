"""Chat completions over a simulated model.

Source: OpenAI's API reference, "Create chat completion" and "Error codes": errors are `{error: {message, type, param,
code}}`.
"""

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from json import JSONDecodeError
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from frontdesk.simulator.model import ModelError, SimulatedModel, filled
from frontdesk.simulator.model_faults import ModelFault
from frontdesk.simulator.server import serve_app
from frontdesk.simulator.unanswered import Dropped, Hung

__all__ = ["model_app", "serve_model"]

_INVENTED = "Ignatius Wolpertinger of Nowhere"


def model_app(model: SimulatedModel) -> Starlette:
    """The model's HTTP."""

    async def complete(request: Request) -> Response:
        try:
            return await _complete(request, model)
        except ModelError as error:
            return JSONResponse({"error": error.error}, status_code=error.status)

    return Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])


@contextlib.asynccontextmanager
async def serve_model(model: SimulatedModel, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve a simulated model while the block runs, and give its base URL, up to /v1; port 0 takes a free one."""
    async with serve_app(model_app(model), host, port) as base_url:
        yield f"{base_url}/v1"


async def _complete(request: Request, model: SimulatedModel) -> Response:
    given = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not hmac.compare_digest(given.encode("utf-8", "replace"), model.key.encode()):
        raise ModelError(401, f"Incorrect API key provided: {given}.", code="invalid_api_key")
    try:
        asked = await request.json()
    except (JSONDecodeError, UnicodeDecodeError):
        raise ModelError(400, "We could not parse the JSON body of your request.") from None
    if not isinstance(asked, dict):
        raise ModelError(400, "The JSON body of your request is no object.")
    model.take(asked)
    fault = model.strikes()
    await asyncio.sleep(model.delay_seconds)
    return _trouble(fault) or _answered(model, asked, fault)


def _trouble(fault: ModelFault | None) -> Response | None:
    """What hits a request before any model has seen it."""
    match fault:
        case ModelFault.HANG:
            return Hung()
        case ModelFault.DROP:
            return Dropped()
        case ModelFault.THROTTLE:
            error = ModelError(429, "Rate limit reached for requests", code="rate_limit_exceeded", kind="requests")
            return JSONResponse({"error": error.error}, status_code=429, headers={"retry-after": "2"})
        case ModelFault.NO_MONEY:
            raise ModelError(
                429, "You exceeded your current quota.", code="insufficient_quota", kind="insufficient_quota"
            )
        case ModelFault.HTTP_500:
            raise ModelError(500, "The server had an error while processing your request.", kind="server_error")
        case ModelFault.PROXY_502:
            return Response("<html>Bad Gateway</html>", status_code=502, media_type="text/html")
    return None


def _answered(model: SimulatedModel, asked: Mapping[str, Any], fault: ModelFault | None) -> Response:
    content: str | None = filled(asked, model.answer(asked))
    reason, refusal = "stop", None
    schema = ((asked.get("response_format") or {}).get("json_schema") or {}).get("schema") or {"properties": {}}
    match fault:
        case ModelFault.BAD_JSON:
            content = "Sure! Here is what I found: {name: Ada"
        case ModelFault.EMPTY:
            content = ""
        case ModelFault.SCHEMA_ECHO:
            content = json.dumps(schema)
        case ModelFault.REFUSAL:
            content, refusal = None, "I can't help with that."
        case ModelFault.FILTERED:
            content, reason = None, "content_filter"
        case ModelFault.TRUNCATED:
            content, reason = (content or "")[: len(content or "") // 2], "length"
        case ModelFault.INVENTED:
            invented = {"value": _INVENTED, "quote": _INVENTED}
            content = json.dumps(dict.fromkeys(schema["properties"], invented))
        case ModelFault.FENCED:
            content = f"```json\n{content}\n```"
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": refusal, "annotations": []}
    return JSONResponse(
        {
            "id": f"chatcmpl-simulated{len(model.asked)}",
            "object": "chat.completion",
            "created": 1795190400,
            "model": model.name,
            "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": reason}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
    )
