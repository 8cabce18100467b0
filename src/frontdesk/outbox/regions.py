"""Where a recipient may be, told from their number: the places whose hours hold for them.

`phonenumbers` itself is loaded here at once: 25 ms, most of which the readers pay anyway. Its geocoder takes 0.3 s and
100 MB, so it is loaded with the first number for which the hours of US states are asked.
"""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone

from frontdesk.outbox.quiet import Hours, Place
from frontdesk.outbox.us_hours import FEDERAL, NAMES, STATES, STRICTEST

__all__ = ["load_states", "places"]

_US_TERRITORIES = frozenset(
    {"AS", "GU", "MP", "PR", "VI"}
)  # regions of their own in the number plan; federal law holds
_CODES = frozenset(NAMES.values())


def places(
    address: str, lead_zone: str | None, client_zone: str | None, hours: Hours, *, us_states: bool
) -> tuple[Place, ...]:
    """All places where this recipient may be: by their own zone, else their number's, else the client's, else UTC.

    A number that may be in several zones stands for all of them, the client's first if it is among them. With
    `us_states`, a US number is bound by its state's hours too, wherever its owner says to be. The law stands before
    `hours`, so that it decides where the two never meet. Never raises, whatever the address is.
    """
    bound = _law(address) if us_states else None
    both = (hours,) if bound is None or bound == hours else (bound, hours)
    return tuple(Place(zone, each) for zone in _zones(address, lead_zone, client_zone) for each in both)


def load_states() -> None:
    """Load what tells the state of a US number, which takes a third of a second: at the start, not in between."""
    _law("+12025550143")


def _zones(address: str, lead_zone: str | None, client_zone: str | None) -> tuple[str, ...]:
    if lead_zone:
        return (lead_zone,)
    of_number = _zones_of(address)
    if client_zone in of_number:
        return client_zone, *(zone for zone in of_number if zone != client_zone)
    return of_number or (client_zone or "UTC",)


@lru_cache(maxsize=8192)
def _zones_of(address: str) -> tuple[str, ...]:
    """The zones of the number's region; none where it is no number, or one whose region cannot be told."""
    number = _number(address)
    zones = timezone.time_zones_for_number(number) if number is not None else ()
    return tuple(zone for zone in zones if _there(zone))  # not "Etc/Unknown", the library's word for not known


def _there(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return False
    return True


@lru_cache(maxsize=8192)
def _law(address: str) -> Hours | None:
    """The hours of the US state of a number, federal law where it has none of its own; None outside of the US."""
    number = _number(address)
    region = phonenumbers.region_code_for_number(number) if number is not None else None
    if region in _US_TERRITORIES:
        return FEDERAL
    if number is None or region != "US":
        return None
    from phonenumbers import geocoder

    # "Florida", or "New York, NY"; nothing for numbers without a place, such as toll-free ones.
    name = geocoder.description_for_number(number, "en").rsplit(", ", 1)[-1]
    code = name if name in _CODES else NAMES.get(name)
    return STRICTEST if code is None else STATES.get(code, FEDERAL)


def _number(address: str) -> phonenumbers.PhoneNumber | None:
    """The number that an address is; None for short codes, sender names, and WhatsApp's own ids (`US.1349…`)."""
    try:
        return phonenumbers.parse(address, None)
    except phonenumbers.NumberParseException:
        return None
