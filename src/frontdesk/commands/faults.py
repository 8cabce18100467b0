"""What is wrong with the settings, in sentences: each names the setting and says how to fix it."""

import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, NamedTuple

import phonenumbers
from pydantic import ValidationError
from pydantic_settings import SettingsError

from frontdesk.commands.described import is_secret
from frontdesk.commands.sources import read_toml, source_of, spelled
from frontdesk.errors import SetupError
from frontdesk.settings import Settings

__all__ = ["Fault", "as_e164", "find_faults", "read_settings"]

_ANSWERS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "greater_than_equal": "must be at least {ge}",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be less than {lt}",
    "literal_error": "must be {expected}",
    "string_too_short": "must not be empty",
    "string_type": "must be text in quotes",
    "string_pattern_mismatch": "must be a lower-case word of letters, digits and _, starting with a letter",
    "too_long": "holds {actual_length} entries, and {max_length} is the most",
    "missing": "is missing",
    "extra_forbidden": "is not a setting: correct the name or take it out (`frontdesk settings` lists them all)",
}


class Fault(NamedTuple):
    """One fault: the setting (of a section, its name) and the sentence about it."""

    setting: str
    sentence: str


def read_settings(given: Mapping[str, Any]) -> Settings:
    """The settings with what the command line gave on top. Raises SetupError: one sentence per fault, a line each."""
    settings, faults = find_faults(given)
    if faults:
        raise SetupError("\n".join(sentence for _, sentence in faults))
    return settings


def find_faults(given: Mapping[str, Any]) -> tuple[Settings, list[Fault]]:
    """The settings, and all that is wrong with them; a setting with a fault has its default.

    Raises SetupError for what must be right before anything can be read, such as the syntax of frontdesk.toml.
    """
    toml = read_toml()
    try:
        return Settings(**given), []
    except SettingsError as error:
        raise SetupError(_unparsed(error)) from error
    except OSError as error:
        raise SetupError(_unreadable(error)) from error
    except ValidationError as error:
        faults = list(_sentences(error, given, toml))
    return Settings(**{**given, **{name: _default(name) for name, _ in faults}}), faults


def _default(name: str) -> Any:
    value = Settings.model_fields[name].default
    # Not as a dict: what is wrong would be merged into it once more.
    return MappingProxyType(value) if isinstance(value, dict) else value


def _sentences(error: ValidationError, given: Mapping[str, Any], toml: Mapping[str, Any]) -> Iterator[Fault]:
    for details in error.errors(include_url=False):
        path = [str(part) for part in details["loc"]] or ["settings"]
        name = spelled(path, source_of(path[:2], given, toml))
        yield Fault(path[0], f"{name} {_advice(path, details)}.")


def _advice(path: list[str], details: Mapping[str, Any]) -> str:
    value, message = (
        details["input"],
        str(details["msg"]).removeprefix("Value error, ").removeprefix(f"{details['input']!r} "),
    )
    if "needs the country code" in message:
        return _number_advice(str(value).strip())
    if details["type"] == "value_error":
        return f"{message} (it is {value!r})"
    answer = _ANSWERS.get(details["type"])
    text = answer.format(**details.get("ctx", {})) if answer else f"is not right: {message}"
    return (
        text if details["type"] in ("missing", "extra_forbidden") or is_secret(*path) else f"{text} (it is {value!r})"
    )


def _number_advice(written: str) -> str:
    found = as_e164(written)
    if found is not None:
        return f"needs the country code and no blanks: write {found} instead of {written}"
    return f"needs the country code and no blanks, like +447700900123 (it is {written})"


def as_e164(written: str) -> str | None:
    """A number as people write it, as E.164; a national one by the region of TZ or the locale. None when unsure."""
    regions: list[str | None] = [None] if written.startswith("+") else list(_regions())
    for region in regions:
        try:
            number = phonenumbers.parse(written, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def _regions() -> Iterator[str]:
    """The regions that this desk's surroundings suggest, the likeliest first."""
    zone = str(os.environ.get("TZ") or read_toml().get("tz") or "").removeprefix(":")
    if zone in (by_zone := _regions_of_zones()):
        yield by_zone[zone]
    for name in ("LC_ALL", "LC_TELEPHONE", "LANG"):
        territory = os.environ.get(name, "").partition(".")[0].partition("_")[2]
        if len(territory) == 2:
            yield territory.upper()


@cache
def _regions_of_zones() -> dict[str, str]:
    text = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def _unparsed(error: SettingsError) -> str:
    name = str(error).partition('"')[2].partition('"')[0].upper()
    return (
        f"{name} must be JSON in the environment, and is not; better set one value at a time, "
        f"such as {name}__NAME=…, or write a section [{name.lower()}] in frontdesk.toml."
    )


def _unreadable(error: OSError) -> str:
    files = {value: name for name, value in os.environ.items() if name.endswith("_FILE")}
    name = files.get(str(error.filename), "A setting that ends in _FILE")
    return f"{name} names {error.filename}, which cannot be read ({error.strerror}): correct the path, or unset it."
