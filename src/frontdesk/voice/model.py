"""The values of the room of voice calls."""

from dataclasses import dataclass
from datetime import datetime

__all__ = ["VoiceCall"]


@dataclass(frozen=True, slots=True)
class VoiceCall:
    """What is known of one call; None is what nobody told yet. `status` is the provider's own word."""

    client_id: int | None = None
    lead_id: int | None = None
    our_number: str | None = None
    caller: str | None = None
    direction: str | None = None
    status: str | None = None
    status_at: datetime | None = None
    ended_reason: str | None = None
    outcome: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    summary: str | None = None
    transcript: str | None = None
    recording_url: str | None = None
    success: str | None = None
    reported_at: datetime | None = None
