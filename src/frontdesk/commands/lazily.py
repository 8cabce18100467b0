"""A group whose commands are imported when they are called or listed, so that a small one does not pay for the rest."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

__all__ = ["LazyGroup", "lazy_group"]

Places = Mapping[str, Mapping[str, str]]
"""By help panel: each command's name, and where it is, `module:attribute`: a function, or a Typer with its commands."""


class _Loaded(MutableMapping[str, Any]):
    """Command by name, imported when it is looked up."""

    def __init__(self, places: Places) -> None:
        self._places = {name: (panel, place) for panel, names in places.items() for name, place in names.items()}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            panel, place = self._places[name]
            self._loaded[name] = _load(name, panel, place)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        yield from self._places

    def __len__(self) -> int:
        return len(self._places)


class LazyGroup(TyperGroup):
    """The group of `places`; see `lazy_group`."""

    places: ClassVar[Places] = {}

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": None})
        self.commands = _Loaded(self.places)


def lazy_group(places: Places) -> type[LazyGroup]:
    """A class for `typer.Typer(cls=...)` whose commands are those of `places`, in this order."""
    return type("LazyGroup", (LazyGroup,), {"places": places})


def _load(name: str, panel: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found: typer.Typer | Callable[..., Any] = getattr(import_module(module), attribute)
    alone = typer.Typer(add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name, rich_help_panel=panel)
        group = typer.main.get_command(alone)
        return group.commands[name]  # type: ignore[attr-defined]
    alone.command(name, rich_help_panel=panel)(found)
    return typer.main.get_command(alone)
