"""The values of the leads' room."""

from dataclasses import dataclass

__all__ = ["Lead"]


@dataclass(frozen=True, slots=True)
class Lead:
    """A person who writes to a client. Empty fields are None, never empty text; `not_textable`: the carrier said so."""

    id: int
    client_id: int
    first_name: str | None
    last_name: str | None
    phone: str | None
    email: str | None
    status: str
    service_type_enum: str | None
    timezone: str | None
    not_textable: bool = False
