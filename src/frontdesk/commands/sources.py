"""Where the value of a setting comes from: command line, environment, NAME_FILE, frontdesk.toml, or its default."""

import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from frontdesk.errors import SetupError

__all__ = ["in_toml", "read_toml", "source_of", "spelled", "toml_path"]


def toml_path() -> Path:
    """The file that holds the settings that are not secret."""
    return Path(os.environ.get("FRONTDESK_TOML") or "frontdesk.toml")


def read_toml() -> dict[str, Any]:
    """What stands in frontdesk.toml, nothing without one. Raises SetupError with the line that cannot be read."""
    path = toml_path()
    if not path.is_file():
        if os.environ.get("FRONTDESK_TOML"):
            raise SetupError(f"FRONTDESK_TOML names {path}, and there is no such file: correct it, or leave it out.")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{path} cannot be read: {error}. Correct that line, then try again.") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is not UTF-8 text ({error.reason}): save it as UTF-8.") from error
    except OSError as error:
        raise SetupError(f"{path} cannot be read ({error.strerror}): let this user read it.") from error


def source_of(path: Sequence[str], given: Mapping[str, Any], toml: Mapping[str, Any]) -> str:
    """Which source gave the setting at `path`, such as ("limits", "per_day"); the one that counts, if several did.

    `given` is what the command line said, `toml` what `read_toml` returned.
    """
    environment = {name.upper(): value for name, value in os.environ.items() if value}
    name = "__".join(path).upper()
    if path[0] in given:
        return "command line"
    if name in environment or _inside_json(path, environment.get(path[0].upper(), "")):
        return "environment"
    if len(path) == 1 and f"{name}_FILE" in environment:
        return f"{name}_FILE"
    return toml_path().name if in_toml(path, toml) else "default"


def spelled(path: Sequence[str], source: str) -> str:
    """The name of a setting as it is written in that source: LIMITS__PER_DAY, --log-level, limits.per_day."""
    if source == "command line":
        return "--" + "-".join(path).replace("_", "-")
    if source.endswith(".toml"):
        return f"{'.'.join(path)} in {source}"
    return "__".join(path).upper()


def _inside_json(path: Sequence[str], text: str) -> bool:
    """True when the environment gives a whole section as JSON and the setting is in it."""
    if len(path) == 1 or not text:
        return False
    try:
        return in_toml(path[1:], json.loads(text))
    except ValueError:
        return False


def in_toml(path: Sequence[str], part: Any) -> bool:
    """True when the setting at `path` stands in what `read_toml` returned, or in a part of it."""
    for name in path:
        if not isinstance(part, Mapping) or name not in part:
            return False
        part = part[name]
    return True
