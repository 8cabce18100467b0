"""The values of alerts: what was decided about a raise, the channels, and the states of messages and deliveries."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from frontdesk.effects import Severity

__all__ = ["ACK_LASTS", "Channel", "Decision", "DeliveryStatus", "Member", "MessageStatus", "Why", "rank"]


class Decision(StrEnum):
    """What became of one raise: the answer to "why was I (not) told?"."""

    SENT = "sent"  # a message of its own is on its way
    BUNDLED = "bundled"  # it goes with others in one message
    WITHIN_WINDOW = "within_window"  # told within six hours, and no worse since
    SILENCED = "silenced"  # a silence holds; told at its end if still true
    INHIBITED = "inhibited"  # another alert that is open explains it
    ACKNOWLEDGED = "acknowledged"  # somebody has it in hand, for a while
    HANDLED = "handled"  # somebody wants to hear of it only once it changes
    FLAPPING = "flapping"  # it comes and goes; told once it stands still
    LOGGED = "logged"  # LOW is written down, and no more
    NO_CHANNEL = "no_channel"  # there is no way to tell anybody
    SPOOLED = "spooled"  # the database is away: kept in a file, raised after recovery

    @property
    def words(self) -> str:
        """The decision in plain words."""
        return _WORDS[self]


_WORDS = {
    Decision.SENT: "sent",
    Decision.BUNDLED: "bundled into one message with others",
    Decision.WITHIN_WINDOW: "not sent: told within the last six hours, and no worse since",
    Decision.SILENCED: "not sent: a silence holds; told at its end if still true",
    Decision.INHIBITED: "not sent: another open alert explains it",
    Decision.ACKNOWLEDGED: "not sent: acknowledged",
    Decision.HANDLED: "not sent: handled until it changes",
    Decision.FLAPPING: "not sent yet: it comes and goes, and is told once it stands still",
    Decision.LOGGED: "not sent: LOW is only written down",
    Decision.NO_CHANNEL: "not sent: no channel is set up; set ADMIN_PHONE, SLACK_WEBHOOK_URL or SMTP_URL",
    Decision.SPOOLED: "kept in a file: the database is away; raised once it is back",
}


class Why(StrEnum):
    """What raised a condition, or raised it again."""

    RAISED = "raised"  # whoever found it
    ESCALATED = "escalated"  # nobody acknowledged it for twelve hours
    SILENCE_OVER = "silence_over"
    ACK_OVER = "ack_over"
    UNINHIBITED = "uninhibited"  # what explained it is over, and it is not
    STANDS_STILL = "stands_still"  # it came and went, and now it stays


class Channel(StrEnum):
    """A way to the operator."""

    SMS = "sms"
    SLACK = "slack"
    EMAIL = "email"
    WEBHOOK = "webhook"
    APPRISE = "apprise"


class MessageStatus(StrEnum):
    """The states of a message; each says who moves it on."""

    GATHERING = "gathering"  # conditions join it until it is due; then a sender closes it
    READY = "ready"  # its deliveries
    DELIVERED = "delivered"  # nobody: a channel confirmed it
    FAILED = "failed"  # nobody, or a late receipt: no channel took it, the console did
    DROPPED = "dropped"  # nobody: all that it was to tell was over or silenced before it went


class DeliveryStatus(StrEnum):
    """The states of one message on one channel."""

    WAITING = "waiting"  # a sender, when it is due
    SENDING = "sending"  # the sender that holds the lease, or another once it has run out
    HANDED = "handed"  # the ledger's receipt, or its time is up
    UNCONFIRMED = "unconfirmed"  # a late receipt: the next channel has it meanwhile
    DELIVERED = "delivered"  # nobody
    FAILED = "failed"  # nobody: the next channel has it


@dataclass(frozen=True, slots=True)
class Member:
    """One condition as a message tells of it."""

    alert_id: int
    key: str
    title: str
    message: str
    severity: Severity
    opened_at: datetime
    why: str = "raised"
    code: int | None = None
    resolved_at: datetime | None = None
    resource_id: str | None = None
    detail: str | None = None


ACK_LASTS = 24
"""Hours that an acknowledgement holds where nothing else is said."""


def rank(severity: str) -> int:
    """Severities in order, to compare them."""
    return list(Severity).index(Severity(severity))
