"""Every setting with its path, value, default and help: what `frontdesk settings` shows and `frontdesk init` writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from frontdesk.setting_channels import FormSettings
from frontdesk.settings import Settings

__all__ = ["MASK", "Described", "described", "described_section", "is_secret"]

MASK = "••••••••"
"""What is shown of a secret that is set."""


@dataclass(frozen=True, slots=True)
class Described:
    """One setting; `path` has two parts where it stands in a section, three in one of many such as [forms.website]."""

    path: tuple[str, ...]
    value: Any
    default: Any
    help: str
    secret: bool

    @property
    def name(self) -> str:
        """Its name in the environment."""
        return "__".join(self.path).upper()

    @property
    def shown(self) -> Any:
        """Its value as JSON can hold it, a secret masked."""
        if self.secret:
            return MASK if self.value else None
        return _as_data(self.value)


def described(settings: Settings) -> Iterator[Described]:
    """All settings in the order of the class, sections spread out."""
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from described_section((name,), value)
        elif isinstance(value, Mapping) and any(isinstance(part, BaseModel) for part in value.values()):
            for key, part in value.items():
                yield from described_section((name, key), part)
        else:
            yield Described((name,), value, field.default, _help(field), _holds_secret(field))


def described_section(path: tuple[str, ...], section: BaseModel) -> Iterator[Described]:
    """The settings of one section that stands at `path`."""
    for key, field in type(section).model_fields.items():
        yield Described((*path, key), getattr(section, key), field.default, _help(field), _holds_secret(field))


def _help(field: FieldInfo) -> str:
    """Its description, and the words that it takes if it takes no others."""
    words = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return " ".join(part for part in (field.description, f"({', '.join(words)})" if words else "") if part)


def is_secret(*path: str) -> bool:
    """True for a setting whose value must never be shown, and for what has such a one in it, as a source of forms."""
    field = Settings.model_fields.get(path[0])
    if path[0] != "forms" or field is None:
        return field is not None and _holds_secret(field)
    inside = FormSettings.model_fields.get(path[-1]) if len(path) > 2 else None
    return inside is None or _holds_secret(inside)


def _holds_secret(field: FieldInfo) -> bool:
    return SecretStr.__name__ in str(field.annotation)


def _as_data(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple):
        return [_as_data(part) for part in value]
    if isinstance(value, Mapping):
        return {key: _as_data(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, Path) else value
