"""The error codes of WhatsApp's Cloud API as data: what each means in plain words, its class, and what to do.

Source: Meta, Cloud API error codes. The same code may come with any HTTP status, when a message is sent or later with a
status webhook, so that the code alone decides.
"""

from frontdesk.providers.catalogue import ErrorAdvice, ErrorClass

__all__ = ["ERRORS", "explain"]

_TOKEN = "Check WHATSAPP_TOKEN with `frontdesk doctor`."  # noqa: S105  (the name of a setting)
_MANAGER = "See why in WhatsApp Manager; nothing goes out before."
_RIGHTS = "Give the token's system user the right whatsapp_business_messaging for this number."
_TEMPLATE = "Compare the template in WhatsApp Manager with what is sent."
_WAIT = "Nothing: it is sent again later by itself."
_NONE = "Nothing can be done for this message."
_BUG = "Report it as a bug."
_TOMORROW = "Try again after a day at the earliest."

_TABLE: tuple[tuple[int, ErrorClass, str, str, float | None], ...] = (
    (0, ErrorClass.ACCOUNT, "the access token is not valid", _TOKEN, None),
    (1, ErrorClass.RETRY, "WhatsApp had an error of its own", _WAIT, 60.0),
    (2, ErrorClass.RETRY, "WhatsApp is down for a moment", _WAIT, 60.0),
    (3, ErrorClass.ACCOUNT, "the token may not send messages", _RIGHTS, None),
    (4, ErrorClass.RETRY, "the app's rate limit is reached", _WAIT, 60.0),
    (10, ErrorClass.ACCOUNT, "the token may not send messages", _RIGHTS, None),
    (33, ErrorClass.OUR_BUG, "there is no such phone number id", "Check WHATSAPP_PHONE_NUMBER_ID.", None),
    (100, ErrorClass.OUR_BUG, "a parameter is missing or not valid", _BUG, None),
    (190, ErrorClass.ACCOUNT, "the access token has expired", _TOKEN, None),
    (368, ErrorClass.ACCOUNT, "the account is blocked for breaking a policy", _MANAGER, None),
    (80007, ErrorClass.RETRY, "the business account's rate limit is reached", _WAIT, 60.0),
    (130429, ErrorClass.RETRY, "the number's rate limit is reached", _WAIT, 1.0),
    (130472, ErrorClass.PERMANENT, "the recipient is part of an experiment of Meta's", _NONE, None),
    (131000, ErrorClass.RETRY, "WhatsApp could not send it, for a reason of its own", _WAIT, 60.0),
    (131005, ErrorClass.ACCOUNT, "access is denied", _RIGHTS, None),
    (131008, ErrorClass.OUR_BUG, "a parameter is missing", _BUG, None),
    (131009, ErrorClass.OUR_BUG, "a parameter is not valid", _BUG, None),
    (131016, ErrorClass.RETRY, "WhatsApp is down for a moment", _WAIT, 60.0),
    (131021, ErrorClass.PERMANENT, "the recipient is the sending number itself", _NONE, None),
    (131026, ErrorClass.OTHER_CHANNEL, "the recipient cannot be reached on WhatsApp", "Send it as SMS.", None),
    (131030, ErrorClass.OPERATOR, "the recipient is not in the test number's list", "Add the phone to the list.", None),
    (131031, ErrorClass.ACCOUNT, "the account is locked", _MANAGER, None),
    (131037, ErrorClass.OPERATOR, "the number's display name is not approved", _MANAGER, None),
    (131042, ErrorClass.ACCOUNT, "the account has a problem with its payment", _MANAGER, None),
    (131045, ErrorClass.OPERATOR, "the number is not registered", _MANAGER, None),
    (131047, ErrorClass.TEMPLATE, "their last message is over 24 hours old", "Send an approved template.", None),
    (131048, ErrorClass.OPERATOR, "too many of the number's messages were reported as spam", _MANAGER, None),
    (
        131049,
        ErrorClass.PERMANENT,
        "Meta limits marketing to this person",
        _TOMORROW,
        None,
    ),
    (131050, ErrorClass.OPTED_OUT, "the recipient wants no marketing", _NONE, None),
    (131051, ErrorClass.OUR_BUG, "WhatsApp does not know this kind of message", _BUG, None),
    (131052, ErrorClass.PERMANENT, "the media could not be downloaded", "Ask the sender to send it again.", None),
    (131053, ErrorClass.PERMANENT, "the media could not be uploaded", "Check its kind and size.", None),
    (131056, ErrorClass.RETRY, "too many messages to one person", _WAIT, 6.0),
    (131057, ErrorClass.RETRY, "the account is being serviced", _WAIT, 300.0),
    (131062, ErrorClass.OUR_BUG, "this cannot be sent to a user id, only to a number", _BUG, None),
    (
        131064,
        ErrorClass.PERMANENT,
        "Meta limits marketing to this person",
        _TOMORROW,
        None,
    ),
    (132000, ErrorClass.OUR_BUG, "the template takes another number of parameters", _TEMPLATE, None),
    (132001, ErrorClass.OUR_BUG, "there is no such template in that language", _TEMPLATE, None),
    (132005, ErrorClass.OUR_BUG, "the filled-in template is too long", _TEMPLATE, None),
    (132007, ErrorClass.OUR_BUG, "the template breaks a policy", _TEMPLATE, None),
    (132008, ErrorClass.OUR_BUG, "the template's parameters do not match", _TEMPLATE, None),
    (132012, ErrorClass.OUR_BUG, "a parameter of the template has another format", _TEMPLATE, None),
    (132015, ErrorClass.OPERATOR, "the template is paused for its quality", _TEMPLATE, None),
    (132016, ErrorClass.OPERATOR, "the template is disabled for its quality", _TEMPLATE, None),
    (133004, ErrorClass.RETRY, "WhatsApp is down for a moment", _WAIT, 60.0),
    (133010, ErrorClass.OPERATOR, "the number is not registered", _MANAGER, None),
    (133016, ErrorClass.OPERATOR, "the number was registered too often", "Register it again after 72 hours.", None),
    (135000, ErrorClass.PERMANENT, "WhatsApp refused it without saying why", _NONE, None),
)

ERRORS: dict[str, ErrorAdvice] = {str(row[0]): ErrorAdvice(str(row[0]), *row[1:]) for row in _TABLE}


def explain(code: str | int | None) -> ErrorAdvice:
    """The advice for a code; 200 to 299 are missing rights, an unknown or absent one is PERMANENT."""
    if known := ERRORS.get(str(code)):
        return known
    if code is None:
        return ErrorAdvice("", ErrorClass.PERMANENT, "refused without an error code", "See WhatsApp Manager.")
    if str(code).isdigit() and 200 <= int(code) <= 299:
        return ErrorAdvice(str(code), ErrorClass.ACCOUNT, "the token may not do this", _RIGHTS)
    return ErrorAdvice(str(code), ErrorClass.PERMANENT, f"error {code}, which is not in our table", "See Meta's list.")
