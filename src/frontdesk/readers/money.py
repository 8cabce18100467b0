"""What a lead means to spend: an amount, or a range with one end open. Pure.

An amount with a currency is money anywhere; a bare number is only where money was asked for, or beside a word such as
budget.
"""

import re
from dataclasses import dataclass, replace

from frontdesk.readers.later import Later
from frontdesk.readers.money_words import ABOUT, AT_LEAST, AT_MOST, CENTS, CURRENCIES, DOLLARS_OF, SIGNS
from frontdesk.readers.numbers import DIGITS, NUMBER, value_of
from frontdesk.readers.reading import Found, Money

__all__ = ["read_bare_amount", "read_money"]

_NAMES = {name: code for code, names in CURRENCIES.items() for name in names}
_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_NAME = "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
_CODE = "|".join(code.lower() for code in CURRENCIES if code != "$")
_NUMBER = Later(NUMBER)
_AMOUNT = Later(
    rf"(?:(?<![a-z])(?P<sign>{_SIGN})\s?(?P<after_sign>{DIGITS})|\b(?P<code>{_CODE})\s?(?P<after_code>{DIGITS}))"
    rf"(?:\s?(?:{_NAME})\b)?"
    rf"|(?P<number>{NUMBER})\s?-?(?:(?P<name>{_NAME})(?![\w'])|(?P<end_sign>[$£€¥₹]|zł))"
    rf"|\b(?P<one>an?)\s(?P<one_name>dollar|pound|euro|buck|quid|rupee|(?:hundred|thousand|grand)\s(?:{_NAME}))\b",
    (*SIGNS, *_NAMES),
)
_AND_CENTS = Later(
    rf"(?:\s|\sand\s|,\s|\s&\s)(?P<cents>\d{{1,2}}|{NUMBER})(?:\s?(?P<unit>{CENTS})(?!\w)|(?=\s*(?:[.!?]|$)))"
)
_CENTS_ALONE = Later(rf"(?P<cents>{NUMBER})\s?(?:cents|cent|pence|¢)(?!\w)", ("cent", "pence", "¢"))
_TO = r"\s?(?:-|to|and|or|till|until|a|bis|hasta)\s?"
_RANGE_BEFORE = Later(
    rf"(?:\b(?:from|between|anywhere from|somewhere between|entre|zwischen|de)\s)?(?P<least>{NUMBER}){_TO}$"
)
_TO_SIGNED = Later(rf"{_TO}(?=(?:{_SIGN})\s?\d)")
_RANGE_AFTER = Later(rf"{_TO}(?P<most>{NUMBER})(?!\s?(?:%|people|days?|hours?|weeks?|am\b|pm\b))")
_LEAST_BEFORE = Later(rf"(?<!\w)(?:{AT_LEAST})\s(?:(?:{ABOUT}|the|a|of|is)\s){{0,2}}$")
_MOST_BEFORE = Later(rf"(?<!\w)(?:{AT_MOST})\s(?:(?:{ABOUT}|the|a|of|is)\s){{0,2}}$")
_LEAST_AFTER = Later(
    r"\s?(?:\+|plus\b|or more\b|or above\b|and up\b|and above\b|minimum\b|min\b|at least\b|at the least\b)"
)
_MOST_AFTER = Later(
    r"\s?(?:or less\b|or under\b|or below\b|and under\b|tops\b|maximum\b|max\b|at most\b|at the most\b|or cheaper\b)"
)
_WEIGHT = Later(r"\s(?:of\s|heavier|lighter|overweight|in weight)")
_WEIGHS = Later(r"\b(?:weigh\w*|lost|lose|gain\w*|lifts?|lifted)\s(?:\w+\s){0,2}$")
_MONEY_WORD = re.compile(
    r"\b(?:budget\w*|spend\w*|afford|amount\w*|pay(?:ing)?|price range|worth|claim|deposit|quoted?|presupuesto|gastar"
    r"|budget|ausgeben|depenser|spendere|gastar|orcamento|uitgeven)\b"
)
_ASKS_MONEY = Later(
    _MONEY_WORD.pattern
    + r"(?:\s(?:is|are|was|of|to|for|it|at|in|be|the|a|my|our|total|claim|range|would|should|me|you|up|es|de|ist|est|e"
    rf"|{ABOUT}|{AT_LEAST}|{AT_MOST}|between|from)|[:=-]){{0,5}}\s?$"
)
_UNIT_AFTER = Later(
    r"\s?(?:%|percent|people|persons?|guests?|adults?|kids|children|bed|bath|rooms?|days?|nights?|weeks?|months?|years?"
    r"|hours?|hrs?|minutes?|mins?|miles?|km|sq|square|feet|ft|inch\w*|times|am\b|pm\b|a\.m|p\.m|o'clock|th\b|st\b"
    r"|nd\b|rd\b"
    r"|[:/]\d|st\.|street|ave\w*|road|x\b)"
)


@dataclass(frozen=True, slots=True)
class _Span:
    money: Money
    start: int
    end: int


def read_money(folded: str, country: str | None = None) -> Found[Money] | None:
    """The first amount in the folded text that names a currency, with its range."""
    for match in _AMOUNT.finditer(folded):
        before, after = folded[: match.start()], folded[match.end() :]
        code = _currency(match, country)
        if (
            code == "GBP"
            and (match["name"] or "").startswith("pound")
            and (_WEIGHT.match(after) or _WEIGHS.search(before))
        ):
            continue
        amount = _value(match, code)
        if amount is None:
            continue
        span = _with_cents(_Span(Money(amount, amount, code), match.start(), match.end()), folded)
        span = _as_range(span, folded, country)
        return Found(span.money, span.start, span.end, 0.95)
    if (alone := _CENTS_ALONE.search(folded)) is not None and (cents := value_of(alone["cents"])) is not None:
        return Found(Money(cents / 100, cents / 100), alone.start(), alone.end(), 0.7)
    return None


def read_bare_amount(folded: str, asked: bool = False) -> Found[Money] | None:
    """A number without a currency, where money was asked for (`asked`) or is spoken of just before it."""
    if not asked and not _MONEY_WORD.search(folded):
        return None
    for match in _NUMBER.finditer(folded):
        if _UNIT_AFTER.match(folded, match.end()):
            continue
        spoken_of = _ASKS_MONEY.search(folded[max(0, match.start() - 90) : match.start()])
        if not (asked or spoken_of):
            continue
        amount = value_of(match[0])
        if amount is None or (not asked and amount < 10):
            continue
        span = _as_range(_Span(Money(amount, amount), match.start(), match.end()), folded, None)
        return Found(span.money, span.start, span.end, 0.8 if asked else 0.7)
    return None


def _currency(match: re.Match[str], country: str | None) -> str:
    sign = match["sign"] or match["end_sign"]
    code = SIGNS[sign] if sign else (match["code"] or "").upper() or _NAMES.get((match["name"] or "").strip(), "")
    if match["one_name"]:
        code = _NAMES.get(match["one_name"].split(" ", 1)[-1], _NAMES.get(match["one_name"], "$"))
    return DOLLARS_OF.get(country or "", "USD") if code == "$" else code


def _value(match: re.Match[str], code: str) -> float | None:
    if match["one"]:
        scale = match["one_name"].split(" ")[0]
        return value_of(f"a {scale}") or 1.0
    number = match["after_sign"] or match["after_code"] or match["number"]
    return value_of(number, dot_groups=code in ("EUR", "BRL"))


def _with_cents(span: _Span, text: str) -> _Span:
    """$20 and 43c, 3 GBP 1 pence, 20 rupees 43."""
    match = _AND_CENTS.match(text, span.end)
    least = span.money.least
    if match is None or least is None or least != int(least):
        return span
    cents = value_of(match["cents"])
    if cents is None or not 0 < cents < 100:
        return span
    amount = least + cents / 100
    return _Span(replace(span.money, least=amount, most=amount), span.start, match.end())


def _as_range(span: _Span, text: str, country: str | None) -> _Span:
    money, amount = span.money, span.money.least
    before = text[max(0, span.start - 60) : span.start]
    shift = span.start - len(before)
    if (match := _RANGE_BEFORE.search(before)) is not None and (least := value_of(match["least"])) is not None:
        least = _same_scale(least, amount, text[span.start : span.end])
        if amount is not None and least < amount:
            return _Span(replace(money, least=least), shift + match.start(), span.end)
    if (upper := _upwards(span, text, country)) is not None:
        return upper
    if (match := _MOST_BEFORE.search(before)) is not None:
        return _Span(replace(money, least=None), shift + match.start(), span.end)
    if (match := _LEAST_BEFORE.search(before)) is not None:
        return _Span(replace(money, most=None), shift + match.start(), span.end)
    if (match := _LEAST_AFTER.match(text, span.end)) is not None:
        return _Span(replace(money, most=None), span.start, match.end())
    if (match := _MOST_AFTER.match(text, span.end)) is not None:
        return _Span(replace(money, least=None), span.start, match.end())
    return span


def _upwards(span: _Span, text: str, country: str | None) -> _Span | None:
    """$500 to $700, 500-700: the amount as the lower end, if a higher one follows."""
    least = span.money.least
    if (signed := _TO_SIGNED.match(text, span.end)) is not None:
        amount = _AMOUNT.match(text, signed.end())
        most, end = (_value(amount, _currency(amount, country)), amount.end()) if amount else (None, 0)
    elif (bare := _RANGE_AFTER.match(text, span.end)) is not None:
        most, end = value_of(bare["most"]), bare.end()
    else:
        return None
    if most is None or least is None:
        return None
    least = _same_scale(least, most, text[span.end : end])
    return _Span(replace(span.money, least=least, most=most), span.start, end) if least < most else None


def _same_scale(least: float, most: float | None, said: str) -> float:
    """5-10k is 5,000 to 10,000; the smaller number takes the scale of the greater."""
    if most is None or least >= 1000:
        return least
    for word, scale in (("k", 1e3), ("thousand", 1e3), ("grand", 1e3), ("lakh", 1e5), ("million", 1e6), ("crore", 1e7)):
        if re.search(rf"(?:\d|\b)\s?{word}", said) and most / scale >= 1 and least * scale < most:
            return least * scale
    return least
