"""The offline reader as the qualification flow uses it: what one message answers to the flow's questions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from frontdesk.effects import Evidence, FieldValue
from frontdesk.readers.fields import read_fields
from frontdesk.readers.manner import corrects, declines
from frontdesk.readers.reading import Context, Found, Money, Reading

__all__ = ["MODEL", "RULES", "answers", "read_answer", "read_answers"]

RULES = "rules"
MODEL = "model"
"""The names of the readers, as they stand with what they read."""

_TAKES_ALL = ("text", "service")
"""Kinds of question whose answer may be the whole text."""

_SURE = 0.9
"""What nobody asked for is taken only when the rule is this sure."""


def read_answer(
    kind: str,
    text: str,
    *,
    services: Sequence[str] = (),
    region: str | None = None,
    now: datetime | None = None,
    context: Context | None = None,
) -> str | None:
    """The answer in `text` to a question of `kind`, or None.

    `kind` is text, or a field of the reading: name, email, phone, service, date, time, address, postcode, city, budget.
    `region` is an ISO 3166 country; `now` is the client's local time, or the rest of a `context` is given. Phones come
    back as E.164, e-mails in lower case, services as the client's label, dates and times in ISO 8601. A day that is
    over is no answer.
    """
    text = " ".join(text.split())
    if not text:
        return None
    if kind == "text":
        return text
    context = replace(context or Context(services=services, country=region, now=now), field=kind)
    if kind == "service" and not context.services:
        return text
    answer = _told(read_fields(text, context).found().get(kind), context.now)
    return _in_capitals(answer) if kind == "name" and answer else answer


def read_answers(text: str, asked: str | None, kinds: Mapping[str, str], context: Context) -> list[FieldValue]:
    """What `text` answers: the question that was `asked`, and others that it surely tells, by the rules alone.

    `kinds` are the flow's questions, key to type. Two questions of one type are told apart only by asking.
    """
    kind = kinds[asked] if asked is not None else None
    reading = read_fields(text, replace(context, field=kind))
    takes_all = asked is not None and kind in _TAKES_ALL and not (kind == "service" and context.services)
    values = answers(reading, text, None if takes_all else asked, kinds, context.now, RULES, sure=_SURE)
    if asked is None or not takes_all:
        return values
    others = [value for value in values if value.key != asked]
    whole = " ".join(text.split())
    if not whole or declines(text) or (others and corrects(text)):
        return others  # what was told before is corrected, and nothing is answered
    return [FieldValue(asked, whole, RULES, Evidence.SAID, 1.0, 0, len(text)), *others]


def answers(
    reading: Reading,
    text: str,
    asked: str | None,
    kinds: Mapping[str, str],
    now: datetime | None,
    reader: str,
    *,
    sure: float = 0.0,
) -> list[FieldValue]:
    """What a reading of `text` says to the flow's questions. A day that is over is no answer.

    Unasked, a value is taken where its confidence is at least `sure`. What a model answers counts less than what the
    rules do; a correction ("actually, it's …") counts as an answer.
    """
    strong = reader != MODEL
    values = []
    for key, kind in kinds.items():
        found = reading.found().get(kind)
        if found is None or (told := _told(found, now)) is None:
            continue
        if key != asked and (list(kinds.values()).count(kind) > 1 or found.confidence < sure):
            continue
        answered = key == asked or corrects(text)
        evidence = Evidence.READ if strong or answered else Evidence.MODEL
        evidence = Evidence.SAID if strong and answered else evidence
        told = _in_capitals(told) if kind == "name" else told
        values.append(FieldValue(key, told, reader, evidence, found.confidence, found.start, found.end))
    return values


def _told(found: Found[Any] | None, now: datetime | None) -> str | None:
    if found is None:
        return None
    value = found.value
    if isinstance(value, Money):
        return _money(value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat() if now is None or value >= now.date() else None
    return str(value)


def _in_capitals(name: str) -> str:
    """Ada Lovelace, also where the lead wrote small letters."""
    return name if any(char.isupper() for char in name) else name.title()


def _money(money: Money) -> str:
    """300 USD, 200–300 USD, up to 300 USD, from 300 USD."""
    least, most = (None if end is None else f"{end:,.2f}".removesuffix(".00") for end in (money.least, money.most))
    if least is None:
        amount = f"up to {most}"
    elif most is None:
        amount = f"from {least}"
    else:
        amount = least if least == most else f"{least}–{most}"
    return f"{amount} {money.currency or ''}".strip()
