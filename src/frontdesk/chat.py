"""The language model's HTTP: chat completions of OpenAI, or of whatever speaks the same API.

The SDK is an extra and is imported when a `Chat` is made. It retries nothing here: whoever asks has a deadline.
Sources: OpenAI's API reference, "Create chat completion", "Structured model outputs" and "Error codes".
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import structlog

from frontdesk.chat_trouble import NAME_OF_SCHEMA, Terms, easier, is_address, refused, wait_in
from frontdesk.errors import ModelFailed, ModelTrouble, SetupError
from frontdesk.setting_kinds import secrets_in
from frontdesk.settings import Settings

__all__ = ["OPENAI", "Chat", "Saying"]

log = structlog.get_logger(__name__)

OPENAI = "https://api.openai.com/v1"
"""Where models are asked when no address is set."""
_NO_KEY = "none"  # the SDK insists on one, servers without keys look at none
_SHORTEST_KEY = 8  # a shorter one may be a word
_LONGEST = 60.0  # seconds: whoever asks has a shorter deadline
_CONNECT = 3.0  # seconds: a server that is there answers sooner


@dataclass(frozen=True, slots=True)
class Saying:
    """One message of the exchange; `role` is system, user or assistant."""

    role: str
    text: str


class Chat:
    """One model at one server. `terms` is what of the API the server has been found to know: it is asked so.

    Raises SetupError where the SDK is not installed or the address is none.
    """

    def __init__(self, *, model: str, api_key: str | None = None, base_url: str | None = None) -> None:
        try:
            import openai
        except ImportError:
            raise SetupError(
                "OPENAI_MODEL is set and the SDK for it is not installed: run pip install 'frontdesk[ai]', or unset it."
            ) from None
        if not is_address(base_url or OPENAI):
            raise SetupError(f"OPENAI_BASE_URL is {base_url}, which is no address: write it as https://host/v1.")
        self.model = model
        self.base_url = base_url or OPENAI
        self.terms = Terms()
        self._key = api_key or _NO_KEY
        self._sdk = openai
        self._client = openai.AsyncOpenAI(
            api_key=self._key,
            base_url=self.base_url,
            max_retries=0,
            timeout=openai.Timeout(_LONGEST, connect=_CONNECT),
        )

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The model of these settings; None where none is configured."""
        if not settings.uses_model or settings.openai_model is None:
            return None
        keys = secrets_in(settings.openai_api_key)
        return cls(
            model=settings.openai_model,
            api_key=keys[0] if keys else None,  # of a pair the new one
            base_url=settings.openai_base_url,
        )

    async def ask(
        self, sayings: Sequence[Saying], schema: Mapping[str, Any] | None, *, seconds: float, tokens: int
    ) -> str:
        """What the model answers, as text; `schema` is a JSON Schema for it, strict where the server can.

        A server that does not know a part of the API is asked again without it, within the same `seconds`. Raises
        ModelFailed.
        """
        try:
            async with asyncio.timeout(seconds):
                terms = self.terms
                while True:
                    try:
                        answer = await self._complete(sayings, schema, terms, tokens)
                    except self._sdk.APIStatusError as error:
                        words = self._words(error)
                        less = easier(terms, error.status_code, error.param, error.code, words)
                        if less is None:
                            wait = wait_in(error.response.headers)
                            raise refused(error.status_code, error.code, error.type, words, wait) from error
                        terms = less
                    else:
                        self._keep(terms)
                        return _text_of(answer)
        except (TimeoutError, self._sdk.APITimeoutError) as error:
            raise ModelFailed(f"No answer within {seconds:.1f} seconds.", ModelTrouble.TIMEOUT) from error
        except self._sdk.APIConnectionError as error:
            raise ModelFailed(f"No connection to {self.base_url}.", ModelTrouble.UNREACHABLE) from error
        except (self._sdk.OpenAIError, ValueError) as error:  # 200, and no JSON in it
            raise ModelFailed("The server's answer is no chat completion.", ModelTrouble.SERVER) from error

    def _keep(self, terms: Terms) -> None:
        """Ask so from now on: the server took it."""
        if terms != self.terms:
            log.info("model_asked_for_less", model=self.model, terms=str(terms))
            self.terms = terms

    def _words(self, error: Any) -> str:
        """The server's own sentence without the key, which some repeat; of a proxy's page the status is enough."""
        said = error.body.get("message") if isinstance(error.body, Mapping) else None
        if isinstance(said, str):
            return said.replace(self._key, "***") if len(self._key) >= _SHORTEST_KEY else said
        return f"HTTP {error.status_code}"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _complete(
        self, sayings: Sequence[Saying], schema: Mapping[str, Any] | None, terms: Terms, tokens: int
    ) -> Any:
        asked: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": saying.role, "content": saying.text} for saying in sayings],
            terms.tokens: tokens,
        }
        if terms.temperature:
            asked["temperature"] = 0
        if schema is not None and terms.schema:
            asked["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": NAME_OF_SCHEMA, "schema": schema, "strict": True},
            }
        elif schema is not None and terms.json:
            asked["response_format"] = {"type": "json_object"}
        return await self._client.chat.completions.create(**asked)


def _text_of(answer: Any) -> str:
    """The text of the first choice, which may be empty. Raises ModelFailed for what is not a whole answer."""
    choices = getattr(answer, "choices", None) or [None]
    message = getattr(choices[0], "message", None)
    if message is None:
        raise ModelFailed("The server's answer is no chat completion.", ModelTrouble.SERVER)
    reason = getattr(choices[0], "finish_reason", None)
    if getattr(message, "refusal", None) or reason == "content_filter":
        raise ModelFailed("The model refused to answer.", ModelTrouble.REFUSAL)
    if reason == "length":
        raise ModelFailed("The answer was cut off: raise model.answer_tokens.", ModelTrouble.TRUNCATED)
    content = getattr(message, "content", None)
    return content if isinstance(content, str) else ""
