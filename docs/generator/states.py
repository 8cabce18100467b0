"""States: the ledger's moves, drawn, and the words of the other status columns."""

import inspect
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import psycopg

from frontdesk.effects import SendClass
from frontdesk.onboarding.model import MOVES as ONBOARDING
from frontdesk.onboarding_states import TURNS, State
from frontdesk.outbox.model import MOVES, LedgerStatus
from generator.markdown import code, page, table

__all__ = ["enum_comments", "states_page"]

_CHECK_OF = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype = 'c' AND pg_get_constraintdef(oid) ~ %s
"""
_EVENT_WORDS = {
    "waiting": "stored; a worker takes it in its turn",
    "retrying": "a try failed; it stays first in its lane, which waits until `available_at`",
    "held": "all tries failed; it stays first in its lane, which waits for a person (setting `worker.hold`)",
    "done": "handled; nobody moves it on",
    "dead": "no retry can help, or too many failed: a dead letter, until a person replays or dismisses it",
}


def states_page(connection: psycopg.Connection[Any]) -> str:
    """The states of ledger rows with their moves, drawn; and the words of the other status columns."""
    comments = enum_comments(LedgerStatus)
    drawing = _drawing(LedgerStatus, MOVES)
    moves = table(
        ("State", "May become", "Who moves it on"),
        (
            (code(state), ", ".join(code(one) for one in LedgerStatus if one in MOVES[state]), comments[state])
            for state in LedgerStatus
        ),
    )
    others = table(
        ("Column", "Words"),
        (
            (code(f"{table}.{column}"), ", ".join(code(word) for word in check_words(connection, table, column)))
            for table, column in (
                ("messages", "status"),
                ("messages", "direction"),
                ("conversations", "channel"),
                ("leads", "status"),
                ("twilio_number_pool", "status"),
                ("inbox_lanes", "lane_class"),
                ("consents", "kind"),
                ("calls", "status"),
                ("calls", "direction"),
                ("calls", "outcome"),
                ("onboarding_states", "current_state"),
                ("client_payments", "state"),
            )
        ),
    )
    return page(
        "States",
        "## A message out: `outbound_message_log.status`",
        "A row is written before anything is sent. These are all moves there are; a CHECK refuses any other word, and "
        "a receipt that asks for a move that is not here changes nothing.",
        moves,
        drawing,
        "The kinds of message, `outbound_message_log.send_class`, decide which limits hold:",
        table(("Kind", ""), ((code(kind), words) for kind, words in enum_comments(SendClass).items())),
        "This version puts replies, follow-ups, text-backs and the first text to the lead of a form (all unprompted), "
        "texts by hand, and compliance texts where the carrier does not answer STOP by itself. The gate knows the "
        "others already; nothing puts bulk texts or alerts yet.",
        "## A stored webhook: `webhook_events.status`",
        table(
            ("State", ""),
            ((code(w), _EVENT_WORDS[w]) for w in check_words(connection, "webhook_events", "status")),
        ),
        "## A new client: `onboarding_states.current_state`",
        "The desk's own moves. Answers to the first four questions can be told anew later, and it goes on from there. "
        "A person may write any state by hand, see [onboarding](../how-to/onboarding.md).",
        table(
            ("State", "Whose turn", "Who moves it on"),
            ((code(one), TURNS[one].value, words) for one, words in enum_comments(State).items()),
        ),
        _drawing(State, ONBOARDING),
        "## Other columns with a fixed set of words",
        others,
        "The desk itself moves a lead from `new` to `qualifying` with its first question and to `qualified` after its "
        "last. `booked`, `won` and `lost` are set by a person; `won` and `lost` close the lead for unprompted texts.",
    )


def _drawing(states: type[StrEnum], moves: Mapping[Any, frozenset[Any]]) -> str:
    first = next(iter(states))
    return "\n".join(["```mermaid", "stateDiagram-v2", f"    [*] --> {first}", *_edges(states, moves), "```"])


def _edges(states: type[StrEnum], moves: Mapping[Any, frozenset[Any]]) -> Iterator[str]:
    for state in states:
        yield from (f"    {state} --> {onward}" for onward in states if onward in moves[state])
        if not moves[state]:
            yield f"    {state} --> [*]"


def enum_comments(enum: type[StrEnum]) -> dict[str, str]:
    """The comment behind each member of an enum, in its source."""
    found = re.findall(r'^    \w+ = "(\w+)"  # (.+)$', inspect.getsource(enum), re.MULTILINE)
    comments = dict(found)
    return {member.value: comments[member.value] for member in enum}


def check_words(connection: psycopg.Connection[Any], table: str, column: str) -> list[str]:
    """The words that the CHECK of a column allows."""
    rows = connection.execute(_CHECK_OF, [table, rf"^CHECK \(\(+{column} = ANY"]).fetchall()
    return re.findall(r"'(\w+)'", rows[0][0])
