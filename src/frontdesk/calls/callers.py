"""Which numbers take no texts, by the plans of their countries."""

import phonenumbers
from phonenumbers import PhoneNumberType

__all__ = ["takes_no_texts"]

_NONE = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
    PhoneNumberType.PAGER,
}


def takes_no_texts(number: str) -> bool:
    """True where the number (E.164) is surely no mobile phone's; in the US, for one, it does not tell."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) in _NONE
    except phonenumbers.NumberParseException:
        return True
