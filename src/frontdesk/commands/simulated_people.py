"""Who writes to a simulated desk: people in several time zones, each with dice of their own. Pure.

What a person does depends on their number, the seed and what the desk said to them, and on nobody else; so the order in
which people are handled changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

__all__ = ["ACTS", "MOST_PEOPLE", "Act", "Kind", "Person", "make_people"]

_REGIONS = (
    ("+1212555", 4, "America/New_York"),
    ("+1312555", 4, "America/Chicago"),
    ("+4420794600", 2, "Europe/London"),
    ("+1303555", 4, "America/Denver"),
    ("+1213555", 4, "America/Los_Angeles"),
    ("+49176040690", 2, "Europe/Berlin"),
    ("+1602555", 4, "America/Phoenix"),
    ("+1808555", 4, "Pacific/Honolulu"),
)
"""Where people live: the beginning of their number, how many digits follow, the zone. Fiction's own ranges in Europe
hold a hundred each; further people there live in the first region."""

_ELSEWHERE = ("Europe/Madrid", "Australia/Sydney", "America/Anchorage", "Asia/Kolkata")

MOST_PEOPLE = 9000
"""What the first region's range holds."""

_GRID = timedelta(hours=1)
"""People write at full hours, so that the desk has several of them at one moment, as a busy one does."""

_MOST_WRITES = 12


class Kind(StrEnum):
    """What a person does."""

    WRITE = "write"
    STOP = "stop"  # the keyword
    REFUSE = "refuse"  # the same in a sentence
    START = "start"  # comes back
    PERSON = "person"  # asks for one
    BOOK = "book"  # calls the voice agent
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a person does at a moment; `bodies` are written a second apart."""

    at: datetime
    kind: Kind
    bodies: tuple[str, ...] = ()


_OPENERS = ("Hi", "Hello, are you taking new customers?", "Hi there, I found you online", "Hey, quick question")
_FIRST = ("Ada", "Grace", "Alan", "Mary", "Zoë", "Linus", "Barbara", "Ken", "Radia", "Edsger", "Katherine", "Tim")
_LAST = ("Lovelace", "Hopper", "Turing", "Jackson", "Perlman", "Liskov", "Thompson", "Johnson", "Hamilton")
_NEEDS = ("a leaking tap", "The boiler is broken", "blocked drain", "new bathroom", "a burst radiator", "no hot water")
_DETAILS = (
    "12 Elm Street, mornings are best",
    "no, that's all",
    "Tuesday after 3 would be good",
    "flat on the 2nd floor",
)
_OTHER = ("ok, thank you", "Sorry, was away. Still interested", "sounds good", "thanks!")
_REFUSALS = ("please stop texting me", "don't text me anymore", "wrong number, remove me from your list")
_PERSONS = ("can I talk to a real person?", "I want to speak to a human please")
_QUESTIONS = ("How much would that cost?", "Are you open on Saturday?")

ACTS: Mapping[Kind, int] = {
    Kind.WRITE: 31, Kind.SILENT: 50, Kind.STOP: 5, Kind.REFUSE: 3, Kind.PERSON: 4, Kind.BOOK: 7,
}  # fmt: skip
"""What a text of the desk leads to, by weight."""


@dataclass(slots=True)
class Person:
    """One person. `imported`: the desk had them in its list before they wrote, with their time zone."""

    phone: str
    zone: str
    imported: bool
    listed_at: datetime
    dice: Random
    first: Act
    acts: list[Act] = field(default_factory=list)
    """All that they did, in order."""
    writes: int = 0
    is_gone: bool = False

    def reacts(self, body: str, at: datetime) -> Act | None:
        """What a text of the desk leads this person to, later; None: nothing."""
        kind = self.dice.choices(list(ACTS), list(ACTS.values()))[0]
        if self.is_gone or ("?" not in body and self.dice.random() < 0.6):  # who was asked nothing says little
            return None
        if kind is Kind.SILENT and self.dice.random() < 0.15:  # silent for long, and then not
            return Act(self._later(at, 24 * 4, 24 * 16), Kind.WRITE, (self.dice.choice(_OTHER),))
        if kind is Kind.SILENT or self.writes >= _MOST_WRITES:
            return None
        soon = self.dice.random() < 0.6
        return Act(self._later(at, *((0.1, 2) if soon else (2, 40))), kind, self._words(kind, body))

    def did(self, act: Act) -> Act | None:
        """Note what was done; of those who left one in five comes back, later."""
        self.acts.append(act)
        self.writes += len(act.bodies)
        leaves = act.kind in (Kind.STOP, Kind.REFUSE)
        self.is_gone = leaves or (self.is_gone and act.kind is not Kind.START)
        comes_back = leaves and self.dice.random() < 0.2
        return Act(self._later(act.at, 12, 24 * 9), Kind.START, ("START",)) if comes_back else None

    def _later(self, at: datetime, least: float, most: float) -> datetime:
        return _on_grid(at + timedelta(hours=self.dice.uniform(least, most)))

    def _words(self, kind: Kind, said: str) -> tuple[str, ...]:
        dice = self.dice
        match kind:
            case Kind.STOP:
                return ("STOP",)
            case Kind.REFUSE:
                return (dice.choice(_REFUSALS),)
            case Kind.PERSON:
                return (dice.choice(_PERSONS),)
            case Kind.WRITE if dice.random() < 0.1:
                return (dice.choice(_QUESTIONS),)
            case Kind.WRITE:
                answer = self._answer(said)
                return (answer, dice.choice(_OTHER)) if dice.random() < 0.1 else (answer,)
        return ()

    def _answer(self, said: str) -> str:
        low = said.lower()
        if "name" in low:
            return f"{self.dice.choice(_FIRST)} {self.dice.choice(_LAST)}"
        if "help" in low and "?" in low:
            return self.dice.choice(_NEEDS)
        return self.dice.choice(_DETAILS if "?" in low else _OTHER)


def make_people(count: int, seed: int, start: datetime, days: int) -> list[Person]:
    """So many people who first write within these days; the same ones for the same seed."""
    return [_person(number, seed, start, days) for number in range(count)]


def _person(number: int, seed: int, start: datetime, days: int) -> Person:
    dice = Random(f"{seed}:{number}")  # noqa: S311  (a story, not a secret)
    prefix, digits, zone = _REGIONS[number % len(_REGIONS)]
    place = number // len(_REGIONS)
    if place >= 10**digits:
        (prefix, digits, zone), place = _REGIONS[0], 10 ** _REGIONS[0][1] - 1 - number
    imported = dice.random() < 0.5
    if imported and dice.random() < 0.2:
        zone = dice.choice(_ELSEWHERE)  # they moved, and kept their number
    listed_at = _on_grid(start - timedelta(days=dice.uniform(0, 25)))
    wrote_at = _on_grid(start + timedelta(days=days * dice.uniform(0, 0.8)))
    bodies = (dice.choice(_OPENERS),)
    return Person(f"{prefix}{place:0{digits}}", zone, imported, listed_at, dice, Act(wrote_at, Kind.WRITE, bodies))


def _on_grid(at: datetime) -> datetime:
    """The next full hour."""
    past = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond)
    return at - past + _GRID
