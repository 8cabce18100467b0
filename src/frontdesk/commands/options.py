"""The global options of the command line, as they were given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Given"]


@dataclass(frozen=True, slots=True)
class Given:
    """The global options that were used; what was left out stays with the settings."""

    data_dir: Path | None = None
    log_format: str | None = None
    log_level: str | None = None
    values: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        values = {"data_dir": self.data_dir, "log_format": self.log_format, "log_level": self.log_level}
        object.__setattr__(self, "values", {name: value for name, value in values.items() if value is not None})
