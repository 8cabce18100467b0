"""Phone numbers and e-mail addresses as people type them into forms."""

import re

import phonenumbers
from phonenumbers import timezone

__all__ = ["calling_code_in", "calling_code_of", "read_email", "read_phone", "region_of", "zone_of"]

_EMAIL = re.compile(r"[^\s@<>(),;:\"]{1,64}@[\w-]+(?:\.[\w-]+)+")
_POPULOUS = ("America/New_York", "America/Chicago", "America/Toronto", "Australia/Sydney", "Europe/London")
"""Where most of those live whose number tells no more than a country of several zones."""
_LONGEST = 60
"""Characters of a phone number as typed; far more is something else."""


def read_phone(text: str, region: str | None) -> str | None:
    """A number as E.164, one without a country code read as of `region` (two letters). None where it is no number.

    Possible is enough, as carriers open new ranges faster than lists of them are brought up to date.
    """
    try:
        number = phonenumbers.parse(text[:_LONGEST], region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def region_of(number: str) -> str | None:
    """The two-letter region of a number in E.164; the main one where several share a country code. None if unknown."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None
    region = phonenumbers.region_code_for_number(parsed)
    region = region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return region if region and region.isalpha() and region != "ZZ" else None


def calling_code_of(number: str) -> str:
    """The country code that a number in E.164 begins with, such as +44; empty if unknown."""
    try:
        return f"+{phonenumbers.parse(number, None).country_code}"
    except phonenumbers.NumberParseException:
        return ""


def calling_code_in(region: str) -> str:
    """The country code of a two-letter region, such as +44; empty if unknown."""
    code = phonenumbers.country_code_for_region(region)
    return f"+{code}" if code else ""


def zone_of(number: str, usual: str) -> str:
    """The likeliest IANA time zone of a number in E.164; `usual` where it is one of several, or none can be told."""
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return usual
    known = [zone for zone in zones if not zone.startswith("Etc/")]
    if not known or usual in known:
        return usual
    return next((zone for zone in _POPULOUS if zone in known), known[0])


def read_email(text: str) -> str | None:
    """The e-mail address in a text; None where there is none."""
    match = _EMAIL.search(text)
    return match[0].rstrip(".") if match and len(match[0]) <= 254 else None
