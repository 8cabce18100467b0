"""Hours in which US law lets a business text somebody unasked, by state. Pure data.

This is no legal advice. It is a help to those who have read the law that concerns them: laws change, most have
exceptions (consent, an existing customer, a reply), several ban holidays, which are not in here, and of some it is
disputed whether a text is a call. Each row names its source and how far it was checked:
(text) the section's own words on hours were read; (summary) others' summaries name the section and give the hours.
"""

from datetime import time
from typing import Final

from frontdesk.outbox.quiet import Day, Hours, every_day

__all__ = ["FEDERAL", "NAMES", "STATES", "STRICTEST"]


def _at(opens: int, closes: int) -> Day:
    return time(opens), time(closes)


def _week(weekday: Day, saturday: Day, sunday: Day) -> Hours:
    return Hours((weekday,) * 5 + (saturday, sunday))


FEDERAL: Final = every_day(time(8), time(21))  # 47 CFR 64.1200(c)(1): at the called party's location (text)

_TO_EIGHT = every_day(time(8), time(20))

STATES: Final[dict[str, Hours]] = {
    # Conn. Gen. Stat. 42-288a(c), as amended by Public Act 23-98, s. 12; texts are named (summary)
    "CT": every_day(time(9), time(20)),
    # Fla. Stat. 501.616(6)(a) (text)
    "FL": _TO_EIGHT,
    # KRS 367.46955 (summary)
    "KY": every_day(time(10), time(21)),
    # La. Public Service Commission, General Order R-29617 under La. R.S. 45:844.14 (summary)
    "LA": _week(_at(8, 20), _at(8, 20), None),
    # 201 CMR 12.02(2) under M.G.L. c. 159C (text)
    "MA": _TO_EIGHT,
    # Md. Code, Commercial Law 14-4502, Stop the Spam Calls Act of 2023 (summary)
    "MD": _TO_EIGHT,
    # Miss. Code 77-3-723(1): Central time, no Sundays (text)
    "MS": _week(_at(8, 20), _at(8, 20), None),
    # N.M. Stat. 57-12-22(B)(5) (text)
    "NM": every_day(time(9), time(21)),
    # Okla. Stat. tit. 15, 775C.4, Telephone Solicitation Act of 2022 (summary)
    "OK": _TO_EIGHT,
    # R.I. Gen. Laws 5-61-3.6 with the hours of operation of 5-61-2: mobile numbers are named, no Sundays (text)
    "RI": _week(_at(9, 18), _at(10, 17), None),
    # Tex. Bus. & Com. Code 301.051; texts by S.B. 140 of 2025 (summary)
    "TX": _week(_at(9, 21), _at(9, 21), _at(12, 21)),
    # Utah Code 13-25a-103(3): cellular telephones are named, no Sundays (text)
    "UT": _week(_at(8, 21), _at(8, 21), None),
    # RCW 80.36.390, as amended by H.B. 1497 of 2022 (summary)
    "WA": _TO_EIGHT,
    # Not in here: New Jersey, whose N.J.S.A. 56:8-128(d) closes at 21:00 like federal law, though vendors' lists say
    # 20:00; Alabama, whose rule on hours binds telephone companies alone; states whose section could not be found.
}
"""The states that are stricter than federal law, by postal code. No legal advice."""


def _strictest(every: list[Hours]) -> Hours:
    """Open only when all are; all of them close after they open on the same day."""
    days: list[Day] = []
    for at_once in zip(*(hours.days for hours in every), strict=True):
        open_days = [day for day in at_once if day is not None]
        shut = len(open_days) < len(at_once)
        days.append(None if shut else (max(d[0] for d in open_days), min(d[1] for d in open_days)))
    return Hours(tuple(days))


STRICTEST: Final = _strictest([FEDERAL, *STATES.values()])
"""For a US number whose state is not known: open only when every state is."""

# Names as the geocoder of the phone library spells them. A state without a row above is known too: federal law holds.
NAMES: Final[dict[str, str]] = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA", "Colorado": "CO",
    "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA", "Hawaii": "HI", "Idaho": "ID",
    "Illinois": "IL", "Indiana": "IN", "Iowa": "IA", "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME",
    "Maryland": "MD", "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS", "Missouri": "MO",
    "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH", "New Jersey": "NJ", "New Mexico": "NM",
    "New York": "NY", "North Carolina": "NC", "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR",
    "Pennsylvania": "PA", "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN",
    "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington State": "WA", "Washington D.C.": "DC",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip
"""Names of the states, each with its postal code."""
