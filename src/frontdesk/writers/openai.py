"""The writer that asks a language model, by OpenAI's API. It decides nothing: a template goes in, other words come."""

import structlog

from frontdesk.chat import Chat, Saying
from frontdesk.writers.model import Bounds, Facts
from frontdesk.writers.prompt import SCHEMA, draft_in, instructions
from frontdesk.writers.rules import disclosed, objection

__all__ = ["ModelWriter"]

log = structlog.get_logger(__name__)


class ModelWriter:
    """Writes through `chat`. `seconds` is the longest time that one reply may take, `tokens` the longest answer."""

    def __init__(self, chat: Chat, *, seconds: float = 4.0, tokens: int = 400) -> None:
        self._chat = chat
        self._seconds = seconds
        self._tokens = tokens

    async def write(self, template: str, facts: Facts, bounds: Bounds, *, disclosure: str = "") -> str | None:
        """`template` in other words, with the disclosure in it; None where the draft may not go out.

        Raises ModelFailed where there was none.
        """
        sayings = [Saying("system", instructions(facts)), Saying("user", template)]
        answer = await self._chat.ask(sayings, SCHEMA, seconds=self._seconds, tokens=self._tokens)
        draft = draft_in(answer)
        why_not = objection(draft, template, facts, bounds)
        whole = disclosed(draft, disclosure)
        if why_not is None and not bounds.fits(whole):
            why_not = "it is too long with the disclosure"
        if why_not is not None:
            log.info("reworded_reply_refused", why=why_not)
            return None
        return whole

    async def aclose(self) -> None:
        """Close the connections."""
        await self._chat.aclose()
