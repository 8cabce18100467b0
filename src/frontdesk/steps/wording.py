"""wording: replies that a decision wants, reworded by a language model where an operator allows it.

Outside of any transaction. What is said, to whom and whether at all has been decided before; anything that is wrong or
slow leaves the template in its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Self

import structlog
from pydantic import ValidationError

from frontdesk.chat import Chat
from frontdesk.db.clock import BusinessClock
from frontdesk.effects import Effect, Say, SendClass
from frontdesk.errors import ModelFailed
from frontdesk.outbox.segments import prepared
from frontdesk.readers.dates import read_dates
from frontdesk.readers.dayparts import read_daypart
from frontdesk.readers.emails import read_email
from frontdesk.readers.folding import fold, hide
from frontdesk.readers.languages import read_language
from frontdesk.readers.model_health import CLOSED, Admission, admit, after_failure, after_success, released
from frontdesk.readers.money import read_money
from frontdesk.readers.phones import read_phone
from frontdesk.readers.times import read_times
from frontdesk.setting_model import ModelSettings
from frontdesk.settings import Settings
from frontdesk.writers.model import Bounds, Facts
from frontdesk.writers.openai import ModelWriter

__all__ = ["REWORDED", "Wording", "claims_of", "model_of", "with_wordings"]

log = structlog.get_logger(__name__)

REWORDED = frozenset({"greeting", "question", "closing", "passed_on"})
"""Reply types that may be reworded: no confirmation of an opt-out, no help, nothing that a regulator reads."""
_MOST_AMOUNTS = 5  # of one text
_SURE_LANGUAGE = 0.7


class Wording:
    """Rewords replies through `writer`. One per process: the circuit breaker is in it, apart from that of reading."""

    def __init__(self, clock: BusinessClock, writer: ModelWriter) -> None:
        self._clock = clock
        self._writer = writer
        self._circuit = CLOSED

    @classmethod
    def of(cls, settings: Settings, clock: BusinessClock) -> Self | None:
        """As the settings say; None where they name no model. Raises SetupError where its SDK is missing."""
        chat = Chat.of(settings)
        return cls(clock, ModelWriter(chat, seconds=settings.model.reply_seconds)) if chat is not None else None

    async def reworded(
        self,
        effects: Sequence[Effect],
        *,
        business: str,
        model: ModelSettings,
        now: datetime,
        first: bool,
        language: str | None = None,
        country: str | None = None,
    ) -> Mapping[str, str]:
        """By the body of each reply among `effects`, what to say in its place; what is left out stays. Never raises.

        `model` are the client's settings (see `model_of`), `now` is local to the client, `first` tells that the
        conversation has had no reply yet: then the first reworded one holds the disclosure. `language` is the lead's.
        """
        if not model.replies:
            return {}
        facts = Facts(business, model.tone, model.facts, language)
        bounds = Bounds(
            fits=lambda body: prepared(body).segments <= model.reply_segments,
            claims=partial(claims_of, now=now, country=country),
            language_of=_language_of,
        )
        wordings: dict[str, str] = {}
        for say in effects:
            if isinstance(say, Say) and say.send_class is SendClass.REPLY and say.reply_type in REWORDED:
                disclosure = model.disclosure if first and not wordings else ""
                if (body := await self._write(say.body, facts, bounds, disclosure)) is not None:
                    wordings[say.body] = body
        return wordings

    async def _write(self, template: str, facts: Facts, bounds: Bounds, disclosure: str) -> str | None:
        admission, self._circuit = admit(self._circuit, self._clock.now())
        if admission is Admission.REFUSE:
            return None
        settled = False
        try:
            body = await self._writer.write(template, facts, bounds, disclosure=disclosure)
            self._circuit, settled = after_success(self._circuit), True
            return body
        except ModelFailed as error:
            self._circuit, settled = after_failure(self._circuit, admission, error, self._clock.now()), True
            log.warning("reply_not_reworded", why=error.why, error=str(error))
        except Exception:  # a fault of ours: the template goes out
            log.exception("rewording_broke")
        finally:
            if not settled:
                self._circuit = released(self._circuit, admission)
        return None

    async def aclose(self) -> None:
        """Close the connections to the model."""
        await self._writer.aclose()


def with_wordings(effects: Sequence[Effect], wordings: Mapping[str, str]) -> list[Effect]:
    """The effects with each reworded body in its template's place."""
    return [
        replace(effect, body=wordings.get(effect.body, effect.body)) if isinstance(effect, Say) else effect
        for effect in effects
    ]


def model_of(own: Mapping[str, Any], defaults: ModelSettings) -> ModelSettings:
    """The client's settings of the model: the desk's, with the section `model` of the client's own laid over them.

    Where these are not valid nothing is reworded: better plain than wrong.
    """
    given = own.get("model") or {}
    try:
        return ModelSettings(**{**defaults.model_dump(), **given})
    except (ValidationError, TypeError) as error:
        log.error("client_model_not_valid", error=str(error))
        return defaults.model_copy(update={"replies": False})


def claims_of(text: str, now: datetime, country: str | None) -> set[str]:
    """The days, times, amounts and addresses that a text names, as the rules read them."""
    folded = fold(text)
    found = {f"day {day.value.isoformat()}" for day in read_dates(folded, now.date(), country)}
    found |= {f"time {time.value:%H:%M}" for time in read_times(folded)}
    found |= set(_amounts(folded, country))
    for name, one in (
        ("part of the day", read_daypart(folded)),
        ("e-mail", read_email(folded)),
        ("phone", read_phone(folded, country)),
    ):
        found |= {f"{name} {one.value}"} if one is not None else set()
    return found


def _amounts(folded: str, country: str | None) -> Iterator[str]:
    for _ in range(_MOST_AMOUNTS):
        if (found := read_money(folded, country)) is None:
            return
        yield f"amount {found.value.least} {found.value.most} {found.value.currency}"
        folded = hide(folded, [(found.start, found.end)])


def _language_of(text: str) -> str | None:
    found = read_language(text)
    return found.value if found is not None and found.confidence >= _SURE_LANGUAGE else None
