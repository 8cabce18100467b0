"""What Twilio does by itself with STOP, START and HELP on SMS.

Source: Twilio, "Twilio support for opt-out keywords": the whole message, any case, trimmed. The word still reaches the
webhook. On WhatsApp nothing of this happens by default.
"""

__all__ = ["HELP", "START", "STOP", "Subscriptions"]

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})

STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)
HELPED = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."


class Subscriptions:
    """Who opted out of which sender."""

    def __init__(self) -> None:
        self._opted_out: set[tuple[str, str]] = set()

    def is_opted_out(self, person: str, sender: str) -> bool:
        """Whether this person said STOP to this sender."""
        return (person, sender) in self._opted_out

    def hear(self, person: str, sender: str, body: str) -> str | None:
        """Take a text into account; the carrier's own answer, if it gives one.

        YES is an answer like any other until the person has opted out; a second STOP is not confirmed again.
        """
        word, pair = body.strip().upper(), (person, sender)
        if person.startswith("whatsapp:"):
            return None
        if word in STOP and pair not in self._opted_out:
            self._opted_out.add(pair)
            return STOPPED
        if word in START and pair in self._opted_out:
            self._opted_out.discard(pair)
            return STARTED
        return HELPED if word in HELP else None
