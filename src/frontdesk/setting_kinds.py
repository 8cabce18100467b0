"""The kinds of value that settings share, and what every section of them is."""

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from frontdesk.delays import delay
from frontdesk.hours import opening_hours

__all__ = [
    "E164",
    "Count",
    "Country",
    "FieldName",
    "FormSource",
    "Hours",
    "Part",
    "Span",
    "TimeZone",
    "Wait",
    "secrets_in",
]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone; use a name like Europe/London or America/New_York")
    return name


def _international(number: str) -> str:
    if not (number.startswith("+") and number[1:].isdigit() and 8 <= len(number) <= 16):
        raise ValueError(f"{number!r} needs the country code and no blanks, like +447700900123")
    return number


def _hours(given: Mapping[str, str | tuple[str, ...]]) -> Mapping[str, str | tuple[str, ...]]:
    opening_hours(given)
    return given


def _delay(text: str) -> str:
    delay(text)
    return text


def _country(given: Any) -> Any:
    return given.upper() if isinstance(given, str) else given


Country = Annotated[str, BeforeValidator(_country), Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166, two letters: US, GB."""
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
E164 = Annotated[str, AfterValidator(_international)]
Hours = Annotated[Mapping[str, str | tuple[str, ...]], AfterValidator(_hours)]
"""Opening hours by the day of the week, see `frontdesk.hours`."""


Count = Annotated[int, Field(ge=1)]
"""So many of something, at least one."""
Span = Annotated[float, Field(gt=0)]
"""A time in the unit that the setting's name says, which is never none."""
Wait = Annotated[str, AfterValidator(_delay)]
"""A delay, see `frontdesk.delays`."""
FormSource = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""The name of a source, as it stands in its webhooks' path."""


def secrets_in(secret: SecretStr | None) -> tuple[str, ...]:
    """The secrets of a setting: one, or a comma-separated pair while it is rotated, the new one first."""
    given = secret.get_secret_value() if secret is not None else ""
    return tuple(part.strip() for part in given.split(",") if part.strip())


class Part(BaseModel):
    """A section: frozen, and nothing in it that no setting has the name of."""

    model_config = ConfigDict(frozen=True, extra="forbid")
