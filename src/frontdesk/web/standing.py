"""Why a message is where it is, and what a gate, a switch or a circuit does, in plain words. Pure."""

from datetime import datetime
from typing import Any

from frontdesk.outbox.circuit import Circuit, State, state_of
from frontdesk.outbox.gate import FOR_A_PERSON, Block, Mode, Scope, Verdict, Wait
from frontdesk.providers.twilio_errors import ERRORS
from frontdesk.web.words import why

__all__ = ["circuit_words", "short_reason", "standing", "switch_words", "verdict_words"]

_DECIDE = "it may have been sent; a person decides (frontdesk outbox resolve)"


def short_reason(status: str, reason: str | None, error: str | None, *, needs_a_person: bool) -> str:
    """Why it waits, was blocked or failed, from the row alone; empty where there is nothing to say."""
    match status:
        case "PENDING" if reason is None and error:
            return f"the last try failed: {error}"
        case "UNKNOWN" if needs_a_person:
            return _DECIDE
        case "UNKNOWN" | "FAILED" | "UNDELIVERED":
            return error or ""
        case "PENDING" | "BLOCKED" | "CANCELLED":
            return why(reason)
    return ""


def standing(row: Any, now: datetime) -> str:
    """Why it is where it is, from a row of `views.message`: what it waits for, and what moves it on."""
    match row.status:
        case "PENDING":
            return _waits(row, now)
        case "SENDING":
            return "it is being sent"
        case "SENT":
            return "the carrier took it; no receipt says yet that it arrived"
        case "UNKNOWN" if row.reconcile_at is not None:
            return "it may have been sent; the carrier's list is being asked"
        case "FAILED" | "UNDELIVERED" if (advice := ERRORS.get(row.error_code or "")) is not None:
            return f"{row.error} ({advice.words}). {advice.todo}"
    return short_reason(row.status, row.reason, row.error, needs_a_person=row.status == "UNKNOWN")


def _waits(row: Any, now: datetime) -> str:
    if row.reason is not None:
        return why(row.reason)
    if row.available_at > now:
        failed = f"the last try failed ({row.error}); it is tried again"
        return failed if row.error else "it is scheduled for later"
    if row.behind_id is not None:
        unknown = row.behind_status == "UNKNOWN"
        rest = "may have been sent: that must be known first" if unknown else "is on its way"
        return f"message {row.behind_id} to the same phone {rest}"
    if row.open_until is not None and row.open_until > now:
        return f"{row.provider} does not work just now; it is asked again in a moment, and nothing is lost"
    if row.next_slot_at is not None and row.next_slot_at > now:
        return "its number sends one message after the other; its turn comes"
    return "it is due, and goes as soon as a worker takes it"


def verdict_words(verdict: Verdict) -> tuple[str, str | None, str, datetime | None]:
    """What the gate says: send, wait or block; the reason's name; its words; until when, None for a person's word."""
    match verdict:
        case Wait(until, reason):
            return "wait", reason.value, reason.words, None if until == FOR_A_PERSON else until
        case Block(reason):
            return "block", reason.value, reason.words, None
    return "send", None, "it may go now", None


def switch_words(scope: str, name: str, mode: str, client_name: str | None = None) -> str:
    """What a switch that is on does, as one sentence."""
    whose = {
        Scope.GLOBAL: "All sending",
        Scope.CLIENT: f"Sending for {client_name or f'client {name}'}",
        Scope.NUMBER: f"Sending from {name}",
        Scope.PROVIDER: f"Sending through {name}",
        Scope.LANE: f"Sending in the lane “{name.replace('_', ' ')}”",
    }[Scope(scope)]
    if mode == Mode.DRY_RUN:
        return f"{whose} is a dry run: messages are blocked where they would have gone."
    return f"{whose} is stopped: messages wait until it is switched on again."


def circuit_words(row: Any, now: datetime) -> tuple[str, str]:
    """The state of a provider account's circuit, and what it means."""
    state = state_of(Circuit(row.failures, row.opened, row.open_until), now)
    words = {
        State.CLOSED: "works" if not row.failures else f"works; the last {row.failures} tries failed",
        State.OPEN: "does not work: nothing is sent through it for a while, messages wait",
        State.HALF_OPEN: "did not work: one message tries it now, the others wait",
    }
    return state.value, words[state]
