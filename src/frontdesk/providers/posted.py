"""What became of a message that we posted to somebody's webhook, Slack's or another."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Fate", "Posted"]


class Fate(StrEnum):
    """What the poster does next."""

    DELIVERED = "delivered"  # nothing
    LATER = "later"  # post it again, after `retry_after` if that is known
    REFUSED = "refused"  # never post this one again
    STOPPED = "stopped"  # post nothing to this address again, until a person sets it up anew


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of one post. `words` tell it to a person; neither they nor `code` hold a secret."""

    fate: Fate
    words: str
    status: int | None = None
    code: str | None = None
    """The receiver's own word for what is wrong."""
    retry_after: float | None = None
    """Seconds."""
    may_have_arrived: bool = False
    """It is LATER, and yet may be there: post it again only where twice does no harm."""
    for_operator: bool = False
    """A person must set something right before anything arrives."""
