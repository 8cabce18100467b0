"""What became of each message, step by step: webhook, ledger, send, receipts. Pure: rows in, bubbles and facts out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from frontdesk.web.words import why

__all__ = ["Bubble", "Fact", "Step", "bubbles", "known"]

_UNKNOWN = "Unknown whether it was sent; never sent again by itself"
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, or is waited for. `facts` are pairs of label and value; tone is good, wait or bad."""

    at: datetime | None
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as the chat shows it."""

    id: int
    inbound: bool
    body: str
    media: int
    status: str
    why: str
    until: datetime | None
    at: datetime
    redelivered: int
    steps: tuple[Step, ...]
    ledger_id: int | None = None
    may_cancel: bool = False
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the lead told us, and where it came from."""

    name: str
    value: str
    source: str
    at: datetime | None


def known(fields: Mapping[str, Any]) -> list[Fact]:
    """The known fields in the order in which they were learned; one that a person wrote by hand has no source."""
    facts = []
    for name, entry in fields.items():
        given = entry if isinstance(entry, dict) else {"value": entry}
        event = f", webhook event {given['event_id']}" if given.get("event_id") else ""
        source = f"read by {given['reader']}{event}" if given.get("reader") else "source not recorded"
        if given.get("locked"):
            source = f"written by {given.get('by') or 'a person'}; no text of theirs changes it"
        facts.append(Fact(name.replace("_", " "), str(given.get("value", "")), source, _moment(given.get("at"))))
    return sorted(facts, key=lambda fact: fact.at or _LAST)


def _moment(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def bubbles(rows: Sequence[Any], receipts: Mapping[str, Sequence[Any]]) -> list[Bubble]:
    """The chat, oldest first, from rows of `list_messages` (newest first) and the receipts by the carrier's id."""
    causes = {row.event_correlation_id: row for row in rows if row.event_correlation_id}
    return [_bubble(row, causes, receipts) for row in reversed(rows)]


def _bubble(row: Any, causes: Mapping[str, Any], receipts: Mapping[str, Sequence[Any]]) -> Bubble:
    inbound = row.direction == "inbound"
    if inbound:
        steps = list(_webhook_steps(row))
    else:
        cause = causes.get(row.ledger_correlation_id)
        steps = [*(_webhook_steps(cause) if cause else ()), *_sending_steps(row, receipts.get(row.carrier_id, ()))]
    pending = row.ledger_status == "PENDING"
    waits = pending and row.available_at is not None and (row.reason is not None or row.available_at > row.put_at)
    return Bubble(
        id=row.id,
        inbound=inbound,
        body=row.body,
        media=len(row.media),
        status=row.status,
        why=_reason(row),
        until=row.available_at if waits else None,
        at=row.created_at,
        redelivered=row.duplicates if inbound else 0,
        steps=tuple(sorted(steps, key=lambda step: step.at or _LAST)),
        ledger_id=row.ledger_id,
        may_cancel=pending,
        unknown=row.ledger_status == "UNKNOWN",
    )


def _reason(row: Any) -> str:
    if row.status in ("failed", "undelivered", "unknown"):
        return str(row.error or "")
    if row.ledger_status == "PENDING" and row.reason is None and row.error:
        return f"the last try failed: {row.error}"
    return why(row.blocked_reason or (row.reason if row.status in ("blocked", "queued") else None))


def _webhook_steps(row: Any) -> Iterator[Step]:
    if row.event_id is None:
        yield Step(row.created_at, "Received", (("webhook", "no longer in the archive"),))
        return
    redelivered = (("redelivered", f"{_times(row.duplicates)}, changed nothing"),) if row.duplicates else ()
    facts = (("request id", row.request_id), ("lane", row.lane), *redelivered)
    yield Step(row.received_at, "Webhook received", facts)
    attempts = ("attempts", str(row.event_attempts))
    match row.event_status:
        case "done":
            yield Step(row.processed_at, "Handled", (attempts,), "good")
        case "retrying":
            facts = (attempts, ("error", row.last_error or ""))
            yield Step(row.event_available_at, "Failed; tried again at this time", facts, "bad")
        case "dead":
            yield Step(
                row.processed_at, "Dead letter: needs a person", (attempts, ("error", row.last_error or "")), "bad"
            )
        case _:
            yield Step(None, "Waiting to be handled", (), "wait")


def _sending_steps(row: Any, receipts: Sequence[Any]) -> Iterator[Step]:
    if row.ledger_id is None:
        return
    yield _put(row)
    if row.ledger_status == "PENDING":
        facts = (("because", why(row.reason)),) if row.reason else ()
        last_try = (("last try", row.error),) if row.error else ()
        title = "May go from this time on" if row.available_at else "Held until a person lets it go"
        yield Step(row.available_at, title, (*facts, *last_try), "wait")
    if row.started_at:
        yield Step(row.started_at, "Send started", (("attempts", str(row.sends)),))
    if row.accepted_at:
        yield Step(row.accepted_at, "Taken by the carrier", (("carrier id", row.carrier_id or ""),))
    for receipt in receipts:
        again = receipt.duplicate_count
        redelivered = (("redelivered", f"{_times(again)}, changed nothing"),) if again else ()
        yield Step(receipt.received_at, f"Receipt: {receipt.word}", (("request id", receipt.request_id), *redelivered))
    yield from _outcome(row)


def _put(row: Any) -> Step:
    collisions = (("collisions", f"{_times(row.collision_count)}, not said again"),) if row.collision_count else ()
    kind = f"{row.reply_type} · {row.question_key}" if row.question_key else row.reply_type
    facts = (("dedupe key", row.outbound_dedupe_key), ("reply type", kind), ("class", row.send_class), *collisions)
    return Step(row.put_at, f"Put in the ledger, row {row.ledger_id}", facts)


def _outcome(row: Any) -> Iterator[Step]:
    error = (("error", f"{row.error}{f' ({row.error_code})' if row.error_code else ''}"),) if row.error else ()
    match row.ledger_status:
        case "DELIVERED":
            yield Step(row.delivered_at, "Delivered", (), "good")
        case "BLOCKED":
            yield Step(row.sent_at, "Blocked, for good", (("because", why(row.reason)),), "bad")
        case "CANCELLED":
            yield Step(None, "Cancelled", (("because", why(row.reason)),), "bad")
        case "UNKNOWN":
            title = "A person must say whether it was sent" if row.needs_a_person else _UNKNOWN
            yield Step(None, title, error, "bad")
        case "FAILED":
            yield Step(row.failed_at, "Not sent", error, "bad")
        case "UNDELIVERED":
            yield Step(row.failed_at, "Not delivered", error, "bad")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
