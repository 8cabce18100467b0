"""Alerts: what each type means and what to do first, the decisions, and the states of messages on their way."""

from frontdesk.alerts.kinds import KINDS, Kind
from frontdesk.alerts.model import Decision, DeliveryStatus, MessageStatus
from generator.markdown import code, page, sentence, table
from generator.states import enum_comments

__all__ = ["alerts_page"]


def alerts_page() -> str:
    """The types that the desk raises, as data has them."""
    deliveries, messages = enum_comments(DeliveryStatus), enum_comments(MessageStatus)
    return page(
        "Alerts",
        "How alerts travel, and how to take one in hand, is told in [Alerts that reach you](../how-to/alerts.md).",
        "## Types",
        "Types of your own need no entry here: `desk.raise_alert` takes any.",
        table(
            ("Type", "It means", "Do first", "How it goes"),
            ((code(k.alert_type), sentence(k.means), sentence(k.do_first), _way(k)) for k in KINDS.values()),
        ),
        "## Decisions",
        "One stands in `alert_raises.decision` for every raise, the last one in `alerts.decision`.",
        table(("Decision", "In words"), ((code(one), sentence(one.words)) for one in Decision)),
        "## States of a message",
        "One message tells of one or more conditions (`alert_messages.status`).",
        table(("State", "Who moves it on"), ((code(one), messages[one]) for one in MessageStatus)),
        "## States of a message on one channel",
        "`alert_deliveries.status`.",
        table(("State", "Who moves it on"), ((code(one), deliveries[one]) for one in DeliveryStatus)),
    )


def _way(kind: Kind) -> str:
    said = []
    if kind.avoids_sms:
        said.append("by SMS last")
    if kind.by_mail_first:
        said.append("where it is not HIGH, by SMS last")
    if kind.inhibited_by:
        said.append(f"not while {' or '.join(code(one) for one in kind.inhibited_by)} is open")
    return "; ".join(said)
