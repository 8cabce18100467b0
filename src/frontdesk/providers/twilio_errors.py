"""Twilio's error codes as data: what each means in plain words, its class, and what to do.

Source: Twilio's error dictionary. New and narrower codes appear for old ones, so a code that is not in the table is
never an exception: `explain` has a default for it.
"""

from frontdesk.providers.catalogue import ErrorAdvice, ErrorClass

__all__ = ["ERRORS", "explain"]

_CREDENTIALS = "Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN with `frontdesk doctor`."
_CONSOLE = "Sign in to Twilio and see why."
_SENDER = "Check in the Twilio console that the sending number is on this account and can send."
_BAD_TO = "Correct the number, or close the lead."
_ADDRESS = "Buy one in the Twilio console, which asks for it, then `frontdesk pool add` it."
_WAIT = "Nothing: it is sent again later by itself."
_NONE = "Nothing can be done for this message."

_TABLE: tuple[tuple[int, ErrorClass, str, str, float | None], ...] = (
    (10001, ErrorClass.ACCOUNT, "the Twilio account is not active", _CONSOLE, None),
    (20003, ErrorClass.ACCOUNT, "the account SID or auth token is wrong", _CREDENTIALS, None),
    (20005, ErrorClass.ACCOUNT, "the Twilio account is not active", _CONSOLE, None),
    (20008, ErrorClass.ACCOUNT, "test credentials were used for a real message", _CREDENTIALS, None),
    (20404, ErrorClass.PERMANENT, "there is no such account or message at Twilio", _CREDENTIALS, None),
    (20429, ErrorClass.RETRY, "too many requests at once", _WAIT, 1.0),
    (21211, ErrorClass.BAD_NUMBER, "the recipient's number is not a valid phone number", _BAD_TO, None),
    (21214, ErrorClass.BAD_NUMBER, "the recipient's number cannot be reached", _BAD_TO, None),
    (21217, ErrorClass.BAD_NUMBER, "the recipient's number does not look like a phone number", _BAD_TO, None),
    (21265, ErrorClass.BAD_NUMBER, "the recipient is a short code, which cannot be texted", _BAD_TO, None),
    (21614, ErrorClass.BAD_NUMBER, "the recipient's number is not a mobile number", "Call instead.", None),
    (21212, ErrorClass.OPERATOR, "the sending number is not valid", _SENDER, None),
    (21603, ErrorClass.OPERATOR, "no sending number was given", _SENDER, None),
    (21606, ErrorClass.OPERATOR, "the sending number is not ours or cannot send texts", _SENDER, None),
    (21659, ErrorClass.OPERATOR, "the sending number is not a Twilio number of this account", _SENDER, None),
    (21660, ErrorClass.OPERATOR, "the sending number belongs to another account", _SENDER, None),
    (21703, ErrorClass.OPERATOR, "the Messaging Service has no sending numbers", _SENDER, None),
    (21422, ErrorClass.PERMANENT, "somebody else bought the number meanwhile", "Buy another one.", None),
    (21615, ErrorClass.OPERATOR, "a number there needs a local address", _ADDRESS, None),
    (21631, ErrorClass.OPERATOR, "a number there needs an address", _ADDRESS, None),
    (21408, ErrorClass.PERMANENT, "texts to that country are switched off", "Enable it under Geo Permissions.", None),
    (21612, ErrorClass.PERMANENT, "this sender cannot reach that number", "Use another sending number.", None),
    (21602, ErrorClass.OUR_BUG, "the message has no text and no media", "Report it as a bug.", None),
    (21617, ErrorClass.OUR_BUG, "the message is longer than 1600 characters", "Shorten it.", None),
    (21619, ErrorClass.OUR_BUG, "the message has no content that can be sent", "Report it as a bug.", None),
    (21608, ErrorClass.OPERATOR, "a trial account may text verified numbers only", "Upgrade the account.", None),
    (21610, ErrorClass.OPTED_OUT, "the recipient has opted out of this sender", "Only their START lifts it.", None),
    (21611, ErrorClass.RETRY, "the sending number's queue at Twilio is full", _WAIT, 900.0),
    (21620, ErrorClass.PERMANENT, "the media URL is not valid", "Check that the URL is public.", None),
    (11200, ErrorClass.PERMANENT, "Twilio could not fetch the media or our webhook", "Check the URL.", None),
    (30001, ErrorClass.RETRY, "the message waited too long in Twilio's queue", _WAIT, 900.0),
    (30002, ErrorClass.ACCOUNT, "the Twilio account is suspended", _CONSOLE, None),
    (30003, ErrorClass.RETRY, "the phone is off or out of reach", _WAIT, 3600.0),
    (30004, ErrorClass.PERMANENT, "the recipient or their carrier blocks the message", _NONE, None),
    (30005, ErrorClass.BAD_NUMBER, "the number does not exist", _BAD_TO, None),
    (30006, ErrorClass.PERMANENT, "a landline, or a carrier that takes no texts", "Call instead.", None),
    (30007, ErrorClass.PERMANENT, "filtered as unwanted by a carrier or Twilio", "Reword it; never repeat it.", None),
    (30008, ErrorClass.RETRY, "the carrier gave no reason", _WAIT, 900.0),
    (30022, ErrorClass.RETRY, "the campaign's rate at the carrier is used up", _WAIT, 60.0),
    (30023, ErrorClass.RETRY, "the campaign's daily limit at the carrier is used up", _WAIT, 3600.0),
    (30032, ErrorClass.OPERATOR, "the toll-free number is not verified", "Verify it in the Twilio console.", None),
    (30034, ErrorClass.OPERATOR, "the number is not registered for A2P 10DLC", "Register it at Twilio.", None),
    (30036, ErrorClass.PERMANENT, "its validity period passed before it could be sent", _NONE, None),
    (30450, ErrorClass.OPERATOR, "held back as suspected SMS pumping", "Look for abuse of your forms.", None),
    (30610, ErrorClass.RETRY, "quiet hours at the recipient", _WAIT, 3600.0),
    (30640, ErrorClass.PERMANENT, "the recipient is a known litigator", "Do not text this person.", None),
    (90007, ErrorClass.OUR_BUG, "the validity period is not from 1 to 36000 seconds", "Report it as a bug.", None),
    (63001, ErrorClass.OPERATOR, "the channel's credentials were refused", _CREDENTIALS, None),
    (63007, ErrorClass.OPERATOR, "the channel has no such sender", _SENDER, None),
    (63003, ErrorClass.PERMANENT, "the recipient is not on this channel", _BAD_TO, None),
    (63024, ErrorClass.PERMANENT, "the recipient is not valid on this channel", _BAD_TO, None),
    (63013, ErrorClass.PERMANENT, "against the channel's policy", "Reword it; never repeat it.", None),
    (63014, ErrorClass.PERMANENT, "the recipient has blocked messages like this", _NONE, None),
    (63032, ErrorClass.PERMANENT, "the channel limits messages to this person", _NONE, None),
    (63015, ErrorClass.PERMANENT, "the recipient has not joined the sandbox", "Let them send the join text.", None),
    (63016, ErrorClass.TEMPLATE, "outside WhatsApp's 24-hour window", "Send an approved template.", None),
    (63018, ErrorClass.RETRY, "the channel's rate limit is reached", _WAIT, 60.0),
    (63027, ErrorClass.OUR_BUG, "the template does not exist in that language", "Add the translation.", None),
    (63033, ErrorClass.OPTED_OUT, "the recipient has blocked this sender", _NONE, None),
    (63036, ErrorClass.OTHER_CHANNEL, "the phone cannot receive RCS", "Send it as SMS.", None),
)

ERRORS: dict[str, ErrorAdvice] = {str(row[0]): ErrorAdvice(str(row[0]), *row[1:]) for row in _TABLE}


def explain(code: str | int | None) -> ErrorAdvice:
    """The advice for a code; an unknown or absent one is PERMANENT, with the page where Twilio explains it."""
    if known := ERRORS.get(str(code)):
        return known
    if code is None:
        return ErrorAdvice("", ErrorClass.PERMANENT, "refused without an error code", "See the log at Twilio.")
    page = f"See https://www.twilio.com/docs/errors/{code}."
    return ErrorAdvice(str(code), ErrorClass.PERMANENT, f"error {code}, which is not in our table", page)
