"""The values of the clients' room."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Client"]


@dataclass(frozen=True, slots=True)
class Client:
    """A business that is served. `settings` overrides the desk's own, for this client."""

    id: int
    name: str
    timezone: str
    payment_active: bool
    paused: bool
    settings: Mapping[str, Any]
