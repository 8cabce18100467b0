"""Numbers for sale at a simulated carrier, and those that the account bought there.

Source: Twilio, AvailablePhoneNumber Local and IncomingPhoneNumber resources. Numbers of the US and Canada are of the
range that is kept for fiction.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import phonenumbers

from frontdesk.simulator.refusals import Refusal

__all__ = ["NumberShop"]

_OF_AN_AREA = 100
_USUAL_AREA = "202"


@dataclass(slots=True)
class NumberShop:
    """What is for sale; `bought` keeps, by number, the fields of the order."""

    bought: dict[str, Mapping[str, str]] = field(default_factory=dict)
    sold_out: bool = False
    refuses: int | None = None
    """The code of Twilio's with which every order is refused."""
    elsewhere: set[str] = field(default_factory=set)
    """Numbers that are listed, and that somebody else has bought by the time they are ordered."""

    def for_sale(self, country: str, area_code: str, limit: int, taken: Collection[str]) -> list[str]:
        """The first numbers that can be bought, as they are listed."""
        if self.sold_out:
            return []
        there = (number for number in _numbers(country, area_code) if number not in self.bought and number not in taken)
        return [number for _, number in zip(range(limit), there, strict=False)]

    def buy(self, order: Mapping[str, str], taken: Collection[str]) -> str:
        """Sell a number to the account. Raises Refusal."""
        number = order.get("PhoneNumber", "")
        if self.refuses is not None:
            raise Refusal(self.refuses, "The number cannot be bought.")
        if number in self.bought or number in taken or number in self.elsewhere:
            raise Refusal(21422, f"{number} is not available.")
        for name in ("SmsUrl", "VoiceUrl", "StatusCallback"):
            if order.get(name) and not order[name].startswith(("http://", "https://")):
                raise Refusal(21609 if name == "StatusCallback" else 21401, f"The '{name}' URL is not a valid URL.")
        self.bought[number] = dict(order)
        return number


def _numbers(country: str, area_code: str) -> list[str]:
    code = phonenumbers.country_code_for_region(country)
    if not code:
        return []
    area = (area_code or _USUAL_AREA) if code == 1 else "555"
    return [f"+{code}{area}55501{nth:02}" for nth in range(_OF_AN_AREA)]
