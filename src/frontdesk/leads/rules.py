"""The decisions of the leads' room: which columns a reading fills."""

from collections.abc import Mapping

__all__ = ["columns"]

_DIRECT = {"email": "email", "service": "service_type_enum", "first_name": "first_name", "last_name": "last_name"}


def columns(values: Mapping[str, str]) -> dict[str, str | None]:
    """The lead's columns that these field values fill; None where there is nothing, so that nothing is wiped."""
    filled: dict[str, str | None] = dict.fromkeys(("first_name", "last_name", "email", "service_type_enum"))
    for key, value in values.items():
        if key == "name":
            first, _, last = value.strip().partition(" ")
            filled["first_name"], filled["last_name"] = first or None, last.strip() or None
        elif key in _DIRECT:
            filled[_DIRECT[key]] = value.strip() or None
    return filled
