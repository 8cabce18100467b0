"""Postcodes: a pattern per country, as its post writes them. Pure.

Those with letters are told anywhere; those that are only digits, in their place alone: after a state, beside the word,
at the end of an address, or as the answer to the question.
"""

import re

from frontdesk.readers.later import Later
from frontdesk.readers.reading import Found

__all__ = ["US_STATES", "US_STATE_NAMES", "read_postcode"]

_GB = (
    r"(?:gir ?0aa|[a-pr-uwyz](?:\d{1,2}|[a-hk-y]\d{1,2}|\d[a-hjkps-uw]|[a-hk-y]\d[abehmnprv-y]) ?\d[abd-hjlnp-uw-z]{2})"
)
_CA = r"[abceghj-nprstvxy]\d[abceghj-nprstv-z][ -]?\d[abceghj-nprstv-z]\d"
_IE = r"(?:[ac-fhknprtv-y]\d{2}|d6w) ?[0-9ac-fhknprtv-y]{4}"
_LETTERED = {"GB": _GB, "CA": _CA, "IE": _IE, "NL": r"[1-9]\d{3} ?(?!sa|sd|ss)[a-z]{2}"}
_DIGITS = {
    "US": r"\d{5}(?:-\d{4})?",
    **dict.fromkeys(("DE", "FR", "ES", "IT", "FI", "MX", "TR", "HR", "EE", "MY"), r"\d{5}"),
    **dict.fromkeys(("AU", "NZ", "BE", "AT", "CH", "DK", "NO", "HU", "LU", "BG", "SI", "ZA"), r"\d{4}"),
    "PT": r"\d{4}-\d{3}", "BR": r"\d{5}-?\d{3}", "PL": r"\d{2}-\d{3}", "IN": r"[1-9]\d{2} ?\d{3}", "SG": r"\d{6}",
    **dict.fromkeys(("SE", "CZ", "SK", "GR"), r"\d{3} ?\d{2}"), "JP": r"\d{3}-?\d{4}", "RO": r"\d{6}", "CN": r"\d{6}",
}  # fmt: skip
_ANY_DIGITS = r"(?:\d{5}-\d{3,4}|\d{4}-\d{3}|\d{3} \d{2}|\d{4,7})"

US_STATES = (
    "al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or"
    "|pa|ri"
    "|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|dc|pr"
)
US_STATE_NAMES = (
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois"
    "|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri"
    "|montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma"
    "|oregon|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington"
    "|west virginia|wisconsin|wyoming|district of columbia"
)
_LABEL = (
    r"(?:\bzip(?:\s?-?code)?|\bpost\s?-?code|\bpostal(?:\s?code)?|\bpin(?:\s?code)?|\beircode|\bplz|\bpostleitzahl"
    r"|\bcodigo postal|\bc\.?p\.?|\bcode postal|\bcap|\bcep|\bpostcode)"
)
_LABELLED = (
    rf"{_LABEL}(?:\s(?:is|of|number|no|for|my|the|here|es|ist|est|e|would|be|area|in|house|home|address)\b"
    rf"|\s?[:=#-]|\sit's)*\s?"
)
_AFTER_STATE = Later(rf"(?:\b(?:{US_STATES})\b\.?|\b(?:{US_STATE_NAMES})),?\s(?P<code>\d{{5}}(?:-\d{{4}})?)(?![\w-])")
_ASKED = frozenset({"postcode", "city", "address"})
_NO_POSTCODE = Later(
    r"(?:[$£€#]\s?|\b(?:account|card|order|invoice|unit|apt|suite|ref\w*|room|year|budget|around|about)\.?\s?#?)$"
)


def read_postcode(folded: str, country: str | None = None, field: str | None = None) -> Found[str] | None:
    """The postcode in the folded text, in capitals, with its blank or hyphen as written."""
    for code in _patterns(country):
        lettered = code in (_GB, _CA)
        if (match := re.search(rf"{_LABELLED}(?P<code>{code})(?![\w-])", folded)) is not None:
            return _found(match, 0.95)
        if lettered or (country and code == _LETTERED.get(country)):
            if (match := re.search(rf"(?<![\w#])(?P<code>{code})(?!\w)", folded)) is not None and " " in match[
                "code"
            ] + (" " if field in _ASKED or code == _CA or len(match["code"]) >= 6 else ""):
                return _found(match, 0.95)
        elif field in _ASKED and (match := _standing_alone(code, folded, field, country)) is not None:
            return _found(match, 0.85)
    if country in (None, "US") and (match := _AFTER_STATE.search(folded)) is not None:
        return _found(match, 0.9)
    return None


def _patterns(country: str | None) -> tuple[str, ...]:
    if country is None:
        return _GB, _CA, _ANY_DIGITS
    own = _LETTERED.get(country) or _DIGITS.get(country)
    return (own,) if own else (_ANY_DIGITS,)


def _standing_alone(code: str, text: str, field: str | None, country: str | None) -> re.Match[str] | None:
    """The last number of an answer that could be one; of an answer about the postcode, any."""
    shape = code if country or field == "postcode" else r"(?:\d{5}-\d{3,4}|\d{5,6})"
    found = None
    for match in re.finditer(rf"(?<![\w#$£€.+-])(?P<code>{shape})(?![\w-]|\.\d)", text):
        starts_an_address = match.start() == 0 and match.end() < len(text.rstrip()) and field == "address"
        if not starts_an_address and not _NO_POSTCODE.search(text, 0, match.start()):
            found = match
    return found


def _found(match: re.Match[str], confidence: float) -> Found[str]:
    return Found(match["code"].upper(), match.start("code"), match.end("code"), confidence)
