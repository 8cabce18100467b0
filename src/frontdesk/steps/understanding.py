"""What a text says, by every reader of the desk: rules always, then a user's own and a model where there are any.

Runs outside any transaction. Rules decide alone about opt-outs, and they always have an answer: a reader that fails or
is late takes nothing away.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from frontdesk.conversations.model import Conversation, Flow
from frontdesk.effects import Evidence, FieldValue
from frontdesk.readers.beside import Model, OwnReader
from frontdesk.readers.folding import fold
from frontdesk.readers.intents import read_intent
from frontdesk.readers.keywords import Word, keyword
from frontdesk.readers.manner import declines, is_question
from frontdesk.readers.phones import country_of
from frontdesk.readers.reading import Context
from frontdesk.readers.rules import MODEL, answers, read_answers
from frontdesk.reporting import report

__all__ = ["OWN", "Understanding", "Understood"]

OWN = "own"
"""The name of a user's own reader, as it stands with what it read."""

_ADDED = ("emergency", "handoff")
"""Intents that a model may add to what the rules found; it takes none away."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Understood:
    """What one text says to one flow, best reader first."""

    values: tuple[FieldValue, ...] = ()
    intent: str | None = None
    is_question: bool = False
    declines: bool = False
    opt_out: Word | None = None  # one that only the model found


class Understanding:
    """The readers of a desk."""

    def __init__(self, own: Callable[[], OwnReader | None], model: Callable[[], Model | None]) -> None:
        self._own = own
        self._model = model

    async def read(
        self, text: str, before: Conversation | None, flow: Flow, our_address: str, now: datetime
    ) -> Understood:
        """What `text` answers: the question that was asked last, and others that it tells unasked. `now` is local."""
        if keyword(text) is not None:
            return Understood()
        asked = before.asked(flow) if before is not None else None
        kinds = {question.key: question.type for question in flow.questions}
        context = Context(
            field=asked.type if asked else None,
            question=asked.text if asked else None,
            now=now,
            country=country_of(our_address),
            services=flow.services,
            synonyms=flow.service_words,
            towns=flow.towns,
        )
        intent = found.value if (found := read_intent(fold(text))) is not None else None
        # Whoever asks for a person does not answer; what they tell beside it is taken.
        key = asked.key if asked is not None and intent != "handoff" else None
        values = read_answers(text, key, kinds, context)
        values += await self._by_own(text, context, key, kinds)
        reading = await model.read(text, context) if (model := self._model()) is not None else None
        if reading is not None:
            values += answers(reading, text, key, kinds, now, MODEL)
            added = reading.intent.value if reading.intent is not None else None
            intent = added if added in _ADDED and intent not in _ADDED else intent
        opt_out = reading.opt_out.value if reading is not None and reading.opt_out is not None else None
        return Understood(tuple(values), intent, is_question(text), declines(text), opt_out)

    async def _by_own(
        self, text: str, context: Context, asked: str | None, kinds: Mapping[str, str]
    ) -> list[FieldValue]:
        own = self._own()
        if own is None:
            return []
        try:
            told = own(text, context)
            found = await told if inspect.isawaitable(told) else told
            return [_own_value(key, str(value), text, asked) for key, value in found.items() if value and key in kinds]
        except Exception as error:
            log.error("own_reader_failed", error=str(error), error_type=type(error).__name__, exc_info=error)
            report(error, component="reader")
            return []


def _own_value(key: str, value: str, text: str, asked: str | None) -> FieldValue:
    evidence = Evidence.SAID if key == asked else Evidence.READ
    start = text.casefold().find(value.casefold())
    end = start + len(value) if start >= 0 else 0
    return replace(FieldValue(key, value, OWN, evidence), start=max(start, 0), end=end)
