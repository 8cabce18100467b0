"""The doctor's questions about the language model: its settings, and whether it reads a text when it is asked."""

import time
from collections.abc import Iterator
from datetime import datetime

from frontdesk.chat import OPENAI, Chat
from frontdesk.chat_trouble import is_address
from frontdesk.commands.checks import Check, State
from frontdesk.errors import ModelFailed, ModelTrouble, SetupError
from frontdesk.readers.openai import ModelReader
from frontdesk.readers.reading import Context
from frontdesk.settings import Settings

__all__ = ["ask_model_once", "check_model"]

_TEXT = "Hi, this is Ada Lovelace"
_TODO = {
    ModelTrouble.TIMEOUT: "use a faster model or server, or raise model.deadline_seconds",
    ModelTrouble.RATE_LIMIT: "wait, or raise the limit of the key's account",
    ModelTrouble.AUTH: "correct OPENAI_API_KEY, OPENAI_MODEL or OPENAI_BASE_URL, or the account's billing",
    ModelTrouble.REJECTED: "choose a model for chat completions that can answer in JSON",
    ModelTrouble.SERVER: "look at the server's own log or status page, and ask again later",
    ModelTrouble.UNREACHABLE: "see that the server runs and that this machine reaches OPENAI_BASE_URL",
    ModelTrouble.BAD_JSON: "choose a model that answers in JSON: this one is too small for it",
    ModelTrouble.SCHEMA_ECHO: "choose a larger model: this one gives the schema back",
    ModelTrouble.REFUSAL: "choose another model: this one refuses a harmless text",
    ModelTrouble.TRUNCATED: "raise model.answer_tokens",
}


def check_model(settings: Settings) -> Iterator[Check]:
    """The shape of each setting of the model; nothing where none is set."""
    name, base = settings.openai_model, settings.openai_base_url
    if not (name or base or settings.openai_api_key):
        return
    if not name:
        todo = "set it to the model's name as its server knows it, or unset OPENAI_API_KEY and OPENAI_BASE_URL"
        yield Check("OPENAI_MODEL", State.WARN, "not set: no text goes to a model", todo)
        return
    if not settings.uses_model:
        todo = "set it, or OPENAI_BASE_URL for a server of your own, or unset OPENAI_MODEL"
        yield Check("OPENAI_API_KEY", State.FAIL, "not set, and OPENAI_MODEL is", todo)
        return
    if base is not None:
        yield _address(base)


def _address(base: str) -> Check:
    if not is_address(base):
        todo = "write it as https://host/v1, the part before /chat/completions"
        return Check("OPENAI_BASE_URL", State.FAIL, f"{base} is no address", todo)
    if base.rstrip("/").endswith("/chat/completions"):
        return Check("OPENAI_BASE_URL", State.FAIL, base, "leave /chat/completions off: it is added")
    return Check("OPENAI_BASE_URL", State.OK, base)


async def ask_model_once(settings: Settings) -> list[Check]:
    """Let the model read a harmless text, as it will read those of leads; nothing where none is configured."""
    try:
        chat = Chat.of(settings)
    except SetupError as error:
        return [Check("OPENAI_MODEL", State.FAIL, str(error))]
    if chat is None:
        return []
    name, where = settings.openai_model or "", settings.openai_base_url or OPENAI
    reader = ModelReader(chat, seconds=settings.model.deadline_seconds, tokens=settings.model.answer_tokens)
    began = time.monotonic()
    try:
        reading = await reader.read(_TEXT, Context(field="name", now=datetime.now().astimezone()))
    except ModelFailed as error:
        return [Check("OPENAI_MODEL", State.FAIL, f"{name} at {where}: {error.why} ({error})", _TODO[error.why])]
    finally:
        await reader.aclose()
    took = f"{name} at {where} answered in {time.monotonic() - began:.1f} s"
    if reading.name is None:
        found = f"{took}, and did not read the name in “{_TEXT}”"
        return [Check("OPENAI_MODEL", State.WARN, found, "use a larger model: the rules do better than this one")]
    if not chat.terms.schema:
        found = f"{took}, in JSON that it is not held to a schema for"
        return [Check("OPENAI_MODEL", State.OK, found, "a server with structured output fails less often")]
    return [Check("OPENAI_MODEL", State.OK, f"{took}, by a strict schema")]
