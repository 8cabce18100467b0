"""The numbers of a Twilio account, read strictly, and where each one's texts and calls go.

Source: Twilio, IncomingPhoneNumber resource, "Read multiple IncomingPhoneNumber resources".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frontdesk.errors import Unreachable

__all__ = ["OwnedNumber", "read_numbers"]


@dataclass(frozen=True, slots=True)
class OwnedNumber:
    """A number of the account; the URLs are empty where none is set, as behind a Messaging Service."""

    number: str
    sid: str
    sms_url: str
    voice_url: str


def read_numbers(answer: Mapping[str, Any]) -> list[OwnedNumber]:
    """One page of numbers. Raises Unreachable where it is not what Twilio's contract says."""
    rows = answer.get("incoming_phone_numbers")
    if not isinstance(rows, list) or not all(isinstance(row, dict) and row.get("phone_number") for row in rows):
        raise Unreachable("Twilio's list of numbers could not be understood.")
    return [
        OwnedNumber(*(str(row.get(name) or "") for name in ("phone_number", "sid", "sms_url", "voice_url")))
        for row in rows
    ]
