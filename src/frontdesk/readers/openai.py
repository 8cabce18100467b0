"""The reader that asks a language model, by OpenAI's API: the same reading as the rules give, or ModelFailed.

One answer, and one repair of it that is told what was wrong; both within one deadline. Nothing of the answer is
believed before `model_values` has checked it.
"""

import time

from frontdesk.chat import Chat, Saying
from frontdesk.errors import ModelFailed, ModelTrouble
from frontdesk.readers.folding import READ
from frontdesk.readers.model_schema import Claim, claims_in, instructions, repair, schema_for
from frontdesk.readers.model_values import checked
from frontdesk.readers.reading import Context, Reading

__all__ = ["ModelReader"]

_REPAIRED = (ModelTrouble.BAD_JSON, ModelTrouble.SCHEMA_ECHO)


class ModelReader:
    """Reads texts through `chat`. `seconds` is the longest time that one text may take, `tokens` the longest answer."""

    name = "openai"

    def __init__(self, chat: Chat, *, seconds: float = 8.0, tokens: int = 1000) -> None:
        self._chat = chat
        self._seconds = seconds
        self._tokens = tokens

    @property
    def model(self) -> str:
        """The model's name, for the record of what was read by whom."""
        return self._chat.model

    async def read(self, text: str, context: Context) -> Reading:
        """What `text` says, with the place of each value in it. Raises ModelFailed."""
        if not text.strip():
            return Reading()
        return checked(text, await self._claims(text[:READ], context), context)

    async def _claims(self, text: str, context: Context) -> dict[str, Claim]:
        ends_at = time.monotonic() + self._seconds
        sayings = [Saying("system", instructions(context)), Saying("user", text)]
        answer = await self._ask(sayings, context, ends_at)
        try:
            return claims_in(answer)
        except ModelFailed as error:
            if error.why not in _REPAIRED:
                raise
            before, wrong = repair(answer, error)
            sayings += [Saying("assistant", before), Saying("user", wrong)]
        return claims_in(await self._ask(sayings, context, ends_at))

    async def _ask(self, sayings: list[Saying], context: Context, ends_at: float) -> str:
        left = max(0.0, ends_at - time.monotonic())
        return await self._chat.ask(sayings, schema_for(context), seconds=left, tokens=self._tokens)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._chat.aclose()
