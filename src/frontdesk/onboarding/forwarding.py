"""How an owner forwards missed calls to a number of ours, by carrier and country. Pure.

Source: 3GPP TS 22.030, supplementary service codes (61: no reply, 67: busy, 62: not reachable; 004: all three), which
GSM carriers share; Verizon and other carriers of the CDMA tradition in North America have *71 for calls that are not
answered; landlines of North America *92.
"""

import re

__all__ = ["carrier_named", "forwarding"]

_NORTH_AMERICA = frozenset({"US", "CA", "PR"})
_STAR_71 = re.compile(r"\b(?:verizon|xfinity|comcast|spectrum|us ?cellular|visible|cricket wireless cdma)\b")
_GSM = re.compile(
    r"\b(?:at ?& ?t|att|t ?-?mobile|mint|cricket|metro|google fi|boost|rogers|fido|bell|telus|koodo|vodafone|o2|ee"
    r"|three|giffgaff|orange|telekom|lebara|lyca\w*|optus|telstra|sky mobile|tesco mobile)\b"
)
_LANDLINE = re.compile(r"\b(?:landline|land line|fixed line|desk phone|voip|pbx|bt|centurylink|frontier)\b")


def carrier_named(text: str) -> str | None:
    """The kind of line that a text names: star71, gsm or landline; None where it names none."""
    said = text.casefold()
    kinds = (("star71", _STAR_71), ("landline", _LANDLINE), ("gsm", _GSM))
    return next((kind for kind, pattern in kinds if pattern.search(said)), None)


def forwarding(number: str, country: str | None, carrier: str | None = None) -> str:
    """What to dial so that calls nobody answers go to `number`; without a carrier, what most of the country need."""
    digits = number.removeprefix("+")
    national = digits[1:] if digits.startswith("1") and country in _NORTH_AMERICA else digits
    if carrier == "star71":
        return f"dial *71{national} and press call."
    if carrier == "landline":
        if country in _NORTH_AMERICA:
            return f"dial *92, wait for the tone, then {national}; or ask your provider for no-answer forwarding."
        return f"dial *61*{number}# and wait for the tone, or ask your provider for no-answer forwarding."
    gsm = f"dial **004*{number}# and press call."
    if carrier == "gsm" or country not in _NORTH_AMERICA:
        return gsm
    return f"{gsm} (Verizon: *71{national}.)"
