"""How a sentence asks for no more texts. Pure: patterns and a few rules about what stands beside them."""

import re

from frontdesk.readers.optout_english import NO_CALLS, NO_TEXTS, OUTRIGHT
from frontdesk.readers.optout_goodbye import BARE_STOP, GOODBYE, OTHER_WAY, STOP_AND_GOODBYE, TEXT_INSTEAD
from frontdesk.readers.optout_languages import NO_MORE
from frontdesk.readers.optout_table import Table
from frontdesk.readers.optout_words import POLITE
from frontdesk.readers.optout_wrong_number import CORRECTION, NOT_THE_LEAD, SOMEBODY_ELSES

__all__ = ["asks_to_stop", "is_wrong_number"]


def is_wrong_number(said: str) -> str | None:
    """The language in which `said` (as `plain` leaves it) tells that the person is not the lead, or None."""
    wrong = "wrong" in said or "incorrect" in said
    if wrong and CORRECTION.search(said):
        return None
    if wrong and any(NOT_THE_LEAD.match(clause) for clause in said.split(" | ")):
        return "en"
    found = SOMEBODY_ELSES.find(said)
    return found[0] if found else None


def asks_to_stop(said: str) -> str | None:
    """The language in which `said` (as `plain` leaves it) asks for no more texts, or None."""
    clauses = said.split(" | ")
    if len(clauses) > 1 and not any(" " in clause for clause in clauses):
        said = " ".join(clauses)  # "Stop. Texting. Me."
    if OUTRIGHT.find(said) or _unless(NO_TEXTS, OTHER_WAY, said) or _unless(NO_CALLS, TEXT_INSTEAD, said):
        return "en"
    if "stop" in said and (_stops_bare(clauses) or any(STOP_AND_GOODBYE.match(clause) for clause in clauses)):
        return "en"
    found = NO_MORE.find(said)
    return found[0] if found else None


def _unless(refusal: Table, other_way: re.Pattern[str], said: str) -> bool:
    if (found := refusal.find(said)) is None:
        return False
    _, match = found
    return not any(other_way.search(part.strip()) for part in (said[: match.start()], said[match.end() :]))


def _stops_bare(clauses: list[str]) -> bool:
    """A clause that is nothing but "stop", "just stop it" or "would you stop", and beside it nothing but a goodbye.

    Beside anything else it may be about the water that runs out: "It's flooding. Can you stop it?"
    """
    others = [clause for clause in clauses if not BARE_STOP.fullmatch(clause)]
    return len(others) < len(clauses) and all(GOODBYE.match(one) or POLITE.issuperset(one.split()) for one in others)
