"""Why a simulated Twilio refuses a message: its codes, words and HTTP statuses.

Source: Twilio's error dictionary and the Message resource ("Create a Message").
"""

import re
from collections.abc import Sequence

from frontdesk.errors import FrontdeskError

__all__ = ["Refusal", "check_order"]

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_BODY = 1600
MOST_MEDIA = 10


class Refusal(FrontdeskError):
    """The API says no: `code` is Twilio's, `status` the HTTP status; nothing was sent."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def check_order(
    *,
    from_: str,
    to: str,
    body: str,
    media: Sequence[str],
    callback: str,
    validity: str,
    numbers: Sequence[str],
    opted_out: bool,
    landline: bool = False,
) -> None:
    """Raise Refusal for a message that Twilio would not take; `numbers` are the account's own, empty owns any."""
    if not _is_address(to):
        raise Refusal(21211, f"Invalid 'To' Phone Number: {to[:6]}XXXX")
    if not from_:
        raise Refusal(21603, "A 'From' phone number is required.")
    if numbers and from_.removeprefix("whatsapp:") not in numbers:
        raise Refusal(21606, f"The 'From' phone number provided ({from_}) is not a valid number of this account.")
    if not body and not media:
        raise Refusal(21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refusal(21617, "The concatenated message body exceeds the 1600 character limit")
    if len(media) > MOST_MEDIA:
        raise Refusal(21623, "Number of media files exceeds allowed limit")
    if callback and not callback.startswith(("http://", "https://")):
        raise Refusal(21609, "The 'StatusCallback' URL is not a valid URL.")
    if validity and not _is_validity(validity):
        raise Refusal(90007, "Invalid validity period value")
    if landline:
        raise Refusal(21614, "'To' number is not a valid mobile number")
    if opted_out:
        raise Refusal(21610, "Attempt to send to unsubscribed recipient")


def _is_validity(text: str) -> bool:
    """Whole seconds from 1 to 36000."""
    return text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 36_000


def _is_address(address: str) -> bool:
    """A phone number, or a WhatsApp user by number or by business-scoped id."""
    if address.startswith("whatsapp:") and not address.startswith("whatsapp:+"):
        return len(address) > len("whatsapp:")
    return E164.fullmatch(address.removeprefix("whatsapp:")) is not None
