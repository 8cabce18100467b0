"""The numbers of a Twilio account, read strictly, and where each one's texts and calls go; and how one is bought.

Source: Twilio, IncomingPhoneNumber resource ("Read multiple", "Provision a Phone Number"), AvailablePhoneNumber Local
resource.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.errors import Unreachable

__all__ = [
    "GONE",
    "NumberOrder",
    "OwnedNumber",
    "order_form",
    "read_available",
    "read_number",
    "read_numbers",
    "search_query",
]

GONE = "21422"
"""The code by which Twilio says that somebody else has bought the number meanwhile."""
_SHOWN = "20"  # numbers in one answer: enough that several who buy at once find one each


@dataclass(frozen=True, slots=True)
class OwnedNumber:
    """A number of the account; the URLs are empty where none is set, as behind a Messaging Service."""

    number: str
    sid: str
    sms_url: str
    voice_url: str
    friendly_name: str = ""


@dataclass(frozen=True, slots=True)
class NumberOrder:
    """A number to buy, under a name by which it is found again, with the addresses that its texts and calls go to."""

    number: str
    friendly_name: str
    sms_url: str
    voice_url: str


def read_numbers(answer: Mapping[str, Any]) -> list[OwnedNumber]:
    """One page of numbers. Raises Unreachable where it is not what Twilio's contract says."""
    rows = answer.get("incoming_phone_numbers")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("phone_number") for row in rows):
        raise Unreachable("Twilio's list of numbers could not be understood.")
    return [read_number(row) for row in rows]


def read_number(row: Mapping[str, Any]) -> OwnedNumber:
    """One number of the account."""
    names = ("phone_number", "sid", "sms_url", "voice_url", "friendly_name")
    return OwnedNumber(*(str(row.get(name) or "") for name in names))


def order_form(order: NumberOrder) -> dict[str, str]:
    """The fields by which a number is bought."""
    return {
        "PhoneNumber": order.number,
        "FriendlyName": order.friendly_name,
        "SmsUrl": order.sms_url,
        "SmsMethod": "POST",
        "VoiceUrl": order.voice_url,
        "VoiceMethod": "POST",
        "StatusCallback": order.voice_url,
        "StatusCallbackMethod": "POST",
    }


def search_query(area_code: str) -> dict[str, str]:
    """What is asked for: numbers that take texts and calls, and need no address to be given first."""
    asked = {
        "SmsEnabled": "true",
        "VoiceEnabled": "true",
        "ExcludeAllAddressRequired": "true",
        "PageSize": _SHOWN,
    }
    return {**asked, "AreaCode": area_code} if area_code else asked


def read_available(answer: Mapping[str, Any]) -> list[str]:
    """The numbers for sale that take texts and calls. Raises Unreachable where it is not what the contract says."""
    rows = answer.get("available_phone_numbers")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("phone_number") for row in rows):
        raise Unreachable("Twilio's list of numbers for sale could not be understood.")
    return [str(row["phone_number"]) for row in rows if _can(row, "sms") and _can(row, "voice")]


def _can(row: Mapping[str, Any], what: str) -> bool:
    """By its capabilities, whose names Twilio writes in capitals here and in small letters there; unsaid is yes."""
    given = row.get("capabilities")
    able = {str(name).lower(): value for name, value in given.items()} if isinstance(given, Mapping) else {}
    return able.get(what, True) is not False
