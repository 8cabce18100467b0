"""Whether a reworded reply may go out in place of its template. Pure.

Judged against the template and the facts: what a draft names beyond these is refused, whatever it is. To refuse too
much costs a nicer wording; to refuse too little costs the business its word.
"""

import re

from frontdesk.writers.model import Bounds, Facts

__all__ = ["disclosed", "objection"]

_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_MONEY = re.compile(r"[$£€¥₹%]")
_SHOUTED = re.compile(r"\b[A-Z]{3,}\b")
_QUESTION = re.compile(r"[?？؟]+")
_NO_TEXT = re.compile(r"[{}\[\]<>*_`#|\\]|[\x00-\x09\x0b-\x1f\x7f]")
_PERIOD = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|heures?|jours|semaines?|horas?|minutos?|d[ií]as|semanas?"
    r"|stunden?|minuten?|tagen?|wochen?|monaten?|ore|minuti|giorni|settiman[ae]|uren|dagen|weken)\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:free|no charge|discount\w*|cheap\w*|guarant\w*|refund\w*|warrant\w*|insured|licen[sc]ed|certified|promise\w*"
    r"|gratis|gratuit\w*|kostenlos\w*|garant\w*|rabatt\w*|human|real person)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"^[^.!?？]*[.!]+\s")
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = re.compile(r"what|which|when|where|would|could|will|your|please|have|know|tell|like|this|that|with|from|need")
_GREETED = re.compile(r"\b(?:hi|hello|hey|dear|hola|hallo|bonjour|ciao|ol[aá])\s+([A-ZÀ-Þ][\w'’-]*)", re.IGNORECASE)


def objection(draft: str, template: str, facts: Facts, bounds: Bounds) -> str | None:
    """Why `draft` may not go out in place of `template`; None where it may."""
    given = "\n".join((template, facts.business, *facts.known))
    for what, pattern in (("an address", _ADDRESS), ("a number", _NUMBER), ("money", _MONEY), ("a promise", _PROMISE)):
        if new := _said(pattern, draft) - _said(pattern, given):
            return f"it names {what} of its own: {min(new)}"
    if new := _said(_PERIOD, draft) - _said(_PERIOD, given):
        return f"it names a time of its own: {min(new)}"
    if new := set(bounds.claims(draft)) - set(bounds.claims(given)):
        return f"it says what nobody told it: {min(new)}"
    if stranger := next((name for name in _GREETED.findall(draft) if name[:1].isupper() and name not in given), None):
        return f"it greets somebody else: {stranger}"
    if _NO_TEXT.search(draft.replace("\n", " ")):
        return "it holds signs that are no part of a text"
    if not bounds.fits(draft):
        return "it is too long"
    return _lost(draft, template, facts) or _language(draft, template, facts, bounds)


def _said(pattern: re.Pattern[str], text: str) -> set[str]:
    return {match[0].lower().rstrip(".,!?") for match in pattern.finditer(text)}


def _lost(draft: str, template: str, facts: Facts) -> str | None:
    """What the template says and the draft must say too."""
    if len(_QUESTION.findall(draft)) != len(_QUESTION.findall(template)):
        return "it does not ask what the template asks, once"
    if facts.business in template and facts.business not in draft:
        return "it leaves out who writes"
    if missing := set(_SHOUTED.findall(template)) - set(_SHOUTED.findall(draft)):
        return f"it leaves out {min(missing)}"
    if missing := _said(_NUMBER, template) - _said(_NUMBER, draft):
        return f"it leaves out {min(missing)}"
    if missing := _said(_ADDRESS, template) - _said(_ADDRESS, draft):
        return f"it leaves out {min(missing)}"
    return None


def _language(draft: str, template: str, facts: Facts, bounds: Bounds) -> str | None:
    """The right language; and where it is the template's, a question about the same thing: one word of it, at least."""
    of_template, of_draft = bounds.language_of(template), bounds.language_of(draft)
    wanted = facts.language or of_template
    if wanted is not None and of_draft not in (None, wanted):
        return f"it is in {of_draft} and not in {wanted}"
    if of_template == wanted and (asked := _words_of_question(template)) and not asked & _words_of_question(draft):
        return "it asks something else"
    return None


def _words_of_question(text: str) -> set[str]:
    """The beginnings of the words in its last question."""
    if (mark := list(_QUESTION.finditer(text))) == []:
        return set()
    sentence = re.split(r"[.!]\s", text[: mark[-1].start()])[-1]
    words = [word.lower() for word in _WORD.findall(sentence)]
    return {word[:5] for word in words if not _COMMON.fullmatch(word)}


def disclosed(text: str, disclosure: str) -> str:
    """`text` with the disclosure after its first sentence; before it where that is a question already."""
    if not disclosure:
        return text
    first = _SENTENCE.match(text)
    at = first.end() if first else 0
    return f"{text[:at]}{disclosure} {text[at:]}"
