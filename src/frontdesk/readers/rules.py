"""The offline reader as the qualification flow uses it: what one message answers to the flow's questions. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from frontdesk.readers.fields import read_fields
from frontdesk.readers.reading import Context, Found, Money

__all__ = ["read_answer", "read_answers"]

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


def read_answers(text: str, asked: str | None, kinds: Mapping[str, str], context: Context) -> dict[str, str]:
    """What `text` answers, by the key of the question: the one that was `asked`, and others that it surely tells.

    `kinds` are the flow's questions, key to type. Two questions of one type are told apart only by asking.
    """
    answers: dict[str, str] = {}
    if asked is not None and (answer := read_answer(kinds[asked], text, context=context)) is not None:
        answers[asked] = answer
    found = read_fields(text, context).found()
    for key, kind in kinds.items():
        one = found.get(kind)
        only = list(kinds.values()).count(kind) == 1
        if key == asked or not only or one is None or one.confidence < _SURE:
            continue
        if (answer := _told(one, context.now)) is not None:
            answers[key] = _in_capitals(answer) if kind == "name" else answer
    return answers


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
