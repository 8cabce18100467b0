"""One alert for people: what it is, what to do, why one was (not) told, and what became of its messages."""

from collections.abc import Sequence
from typing import Any

from frontdesk.alerts.kinds import kind_of
from frontdesk.alerts.model import Decision
from frontdesk.commands.printing import ago, print_table, say
from frontdesk.web.alert_shapes import AlertRow

__all__ = ["print_alert"]


def print_alert(row: Any, raises: Sequence[Any], deliveries: Sequence[Any]) -> None:
    """Print it; `row`, `raises` and `deliveries` are rows as `frontdesk.alerts.acts` reads them."""
    _say_alert(row)
    say()
    print_table(
        "Why you were (not) told, the latest first",
        ("At", "Severity", "Why", "Decision", "By"),
        [(r.at, r.severity, r.why.replace("_", " "), Decision(r.decision).words, _by(r)) for r in raises],
    )
    say()
    print_table(
        "Messages",
        ("Message", "At", "Channel", "State", "Delivered", "Error"),
        [(f"message {d.message_id}", d.created_at, d.channel, d.status, d.delivered_at, d.error) for d in deliveries],
    )


def _say_alert(row: Any) -> None:
    """What it is, what to do, how it stands, and how to say that one is at it."""
    kind = kind_of(row.alert_type)
    say(f"{row.severity} {row.alert_type}: {row.title}")
    say(row.message)
    say()
    say(f"It means: {kind.means}.")
    say(f"Do first: {kind.do_first}.")
    say(f"How it stands: {AlertRow.model_validate(row).standing}; {_since(row)}.")
    if row.resolved_at is None:
        say(f"You have it in hand? `frontdesk alerts ack {row.id}` (--handled: tell me only once it changes).")


def _since(row: Any) -> str:
    if row.resolved_at is None:
        return f"it began {row.opened_at.astimezone():%Y-%m-%d %H:%M}"
    return (
        f"it was true for {ago(row.resolved_at - row.opened_at)}, until {row.resolved_at.astimezone():%Y-%m-%d %H:%M}"
    )


def _by(raise_: Any) -> str | None:
    """What a decision refers to: a message, a silence, or the alert that explains this one."""
    if raise_.detail is None:
        return None
    match Decision(raise_.decision):
        case Decision.SENT | Decision.BUNDLED:
            return f"message {raise_.detail}"
        case Decision.SILENCED:
            return f"silence {raise_.detail}"
        case _:
            return str(raise_.detail)
