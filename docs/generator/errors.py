"""Errors: the tree, what the gate says to whom, and the carrier's codes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk import errors
from frontdesk.effects import SendClass
from frontdesk.outbox.counters import Counters, Limits
from frontdesk.outbox.gate import SAME_TEXTS, Block, Facts, Mode, Reason, Scope, Switch, Wait, gate
from frontdesk.outbox.quiet import Window
from frontdesk.providers.catalogue import ErrorClass
from frontdesk.providers.twilio_errors import ERRORS
from frontdesk.providers.whatsapp_errors import ERRORS as WHATSAPP_ERRORS
from generator.markdown import code, page, table

__all__ = ["errors_page"]

_CLASS_WORDS = {
    ErrorClass.RETRY: "not sent now: goes again later",
    ErrorClass.PERMANENT: "this message will never go out",
    ErrorClass.BAD_NUMBER: "no text will ever reach this number",
    ErrorClass.OPTED_OUT: "recorded in the consent ledger",
    ErrorClass.ACCOUNT: "the account as a whole is refused: act; its messages wait, and go afterwards",
    ErrorClass.OPERATOR: "a number or its set-up: act, other messages suffer too",
    ErrorClass.OUR_BUG: "we asked for something impossible",
    ErrorClass.TEMPLATE: "only an approved template may go out now",
    ErrorClass.OTHER_CHANNEL: "another channel may reach them",
}


def errors_page() -> str:
    """The tree of errors, the gate's reasons, and what the carrier's error codes mean."""
    tree = (errors.__doc__ or "").split("\n\n", 1)[1].strip()
    twilio, whatsapp = (
        table(
            ("Code", "What it means", "Class", "What to do"),
            ((e.code, e.words, code(e.error_class), e.todo) for e in errors_of.values()),
        )
        for errors_of in (ERRORS, WHATSAPP_ERRORS)
    )
    return page(
        "Errors and reasons",
        "## The errors of the code",
        "Each is named by what the caller does next. They are all in `frontdesk.errors`.",
        f"```text\n{tree}\n```",
        "## Why a message waits or is blocked",
        "The gate is asked when a message is put into the ledger, when it is claimed, and right before it is sent; the "
        "first reason in this order holds. *blocked* is final and keeps the ledger key; *waits* goes by itself later. "
        "The word stands in `outbound_message_log.reason` and `messages.blocked_reason`.",
        table(("Reason", "In words", *SendClass), ((code(r), r.words, *_verdicts(r)) for r in Reason)),
        f"Replies and unprompted texts are too old after {_oldest():.0f} hours. With `limits.strict` replies have the "
        "daily limit of unprompted texts. Switches for all or for a client spare alerts. After the window of WhatsApp, "
        "what is unprompted or written by a person goes as a template where `whatsapp.template` names one.",
        "## Twilio's error codes",
        "When Twilio refuses a request with one of these codes, the class decides: `retry` and `account` put the "
        "message back into the queue (`account` opens the account's circuit breaker too), everything else makes it "
        "FAILED. When the same code comes later, with a receipt, the message is UNDELIVERED or FAILED and final, "
        "whatever the class. Codes that are not listed count as `permanent`.",
        table(("Class", ""), ((code(kind), _CLASS_WORDS[kind]) for kind in ErrorClass)),
        twilio,
        "## WhatsApp's error codes",
        "Of the Cloud API, in the same classes. What each leads to when a message is sent stands in "
        "[Providers](providers.md#whatsapp).",
        whatsapp,
    )


_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _facts(kind: SendClass, **changes: Any) -> Facts:
    calm: dict[str, Any] = dict.fromkeys(
        ("opted_out", "client_paused", "client_unpaid", "bot_paused", "lead_closed"), False
    )
    limits = Limits(seconds_between=60, per_day=5, replies_per_day=20, strict=False)
    values = {**calm, "limits": limits, "counters": Counters(), "due_at": _NOW, **changes}
    return Facts(send_class=kind, **values)


def _verdicts(reason: Reason) -> Iterator[str]:
    """What the gate itself says to each kind of message where only this reason is given."""
    later = _NOW + timedelta(days=1)
    given: dict[Reason, dict[str, Any]] = {
        Reason.SWITCHED_OFF: {"switches": (Switch(Scope.GLOBAL, Mode.STOP),)},
        Reason.DRY_RUN: {"switches": (Switch(Scope.GLOBAL, Mode.DRY_RUN),)},
        Reason.TOO_OLD: {"due_at": _NOW - timedelta(days=365)},
        Reason.WINDOW_CLOSED: {"whatsapp": True},
        Reason.SAME_AGAIN: {"same_texts": SAME_TEXTS},
        Reason.ACCOUNT_DOWN: {"account_down_until": later},
        Reason.QUIET_HOURS: {"window": Window(later, None)},
        Reason.DAILY_LIMIT: {"counters": Counters(_NOW - timedelta(hours=1), 20, later)},
        Reason.TOO_SOON: {"counters": Counters(_NOW - timedelta(seconds=1), 1, later)},
    }
    for kind in SendClass:
        if reason is Reason.REPLACED:  # not a finding of the gate: a newer reply says so
            yield "blocked" if kind is SendClass.REPLY else "goes"
            continue
        verdict = gate(_facts(kind, **given.get(reason, {reason.value: True})), _NOW)
        yield "blocked" if isinstance(verdict, Block) else "waits" if isinstance(verdict, Wait) else "goes"


def _oldest() -> float:
    """The age in hours from which the gate blocks a reply, found by asking it."""
    return next(
        hours for hours in range(1, 1000)
        if isinstance(gate(_facts(SendClass.REPLY, due_at=_NOW - timedelta(hours=hours, seconds=1)), _NOW), Block)
    )  # fmt: skip
