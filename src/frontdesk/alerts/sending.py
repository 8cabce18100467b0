"""Messages and their deliveries as functions: gather, close, claim, settle."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from frontdesk.alerts.model import Channel, Decision, DeliveryStatus, Member, MessageStatus
from frontdesk.alerts.wording import Told
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Severity

__all__ = [
    "Claim",
    "add_delivery",
    "add_link",
    "claim_deliveries",
    "close_message",
    "find_link",
    "hand_over",
    "keep_code",
    "lock_gathered",
    "note_delivered",
    "note_failed",
    "open_members",
    "others_open",
    "over_members",
    "settle_delivery",
    "settle_handed",
    "told_by_message",
    "use_link",
    "work_there",
]

Q = load_queries("frontdesk.alerts", "sending.sql")

LINK_LASTS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Claim:
    """One message on one channel, under lease."""

    id: int
    claim_token: UUID
    message_id: int
    channel: Channel
    position: int
    attempts: int
    alert_type: str
    kind: str
    severity: Severity
    title: str
    body: str
    short: str
    channels: tuple[Channel, ...]
    created_at: datetime


async def lock_gathered(tx: Tx, now: datetime) -> Any:
    """The message that is due, locked; or None."""
    return await tx.one(Q.lock_gathered, {"now": now})


async def open_members(tx: Tx, message_id: int, now: datetime, *, coded: bool = True) -> list[Member]:
    """The conditions that a message tells of and that still hold. What does not is forgotten; its raise says why."""
    rows = await tx.all(Q.open_members, {"message_id": message_id, "now": now})
    gone = [row for row in rows if not row.holds]
    for row in gone:
        if row.silence_id is not None:
            await tx.run(Q.note_silenced, {"alert_id": row.alert_id, "silence_id": row.silence_id})
            told = {"decision": Decision.SILENCED.value, "detail": str(row.silence_id)}
            await tx.run(Q.note_decision, {"alert_id": row.alert_id, **told})
    if gone:
        await tx.run(Q.forget_notification, {"log_ids": [row.log_id for row in gone]})
    return [await _member(tx, row, now, coded) for row in rows if row.holds]


async def _member(tx: Tx, row: Any, now: datetime, coded: bool) -> Member:
    code = await keep_code(tx, row.alert_id, row.episode, now) if coded else None
    return Member(
        row.alert_id, row.key, row.title, row.message, Severity(row.severity), row.opened_at, row.why, code,
        resource_id=row.resource_id, detail=row.detail,
    )  # fmt: skip


async def keep_code(tx: Tx, alert_id: int, episode: int, now: datetime) -> int | None:
    """The code by which a reply means this episode; None where all are taken."""
    mine = {"alert_id": alert_id, "episode": episode, "now": now}
    row = await tx.one(Q.code_of_episode, mine)
    for _ in range(5):
        if row is not None:
            break
        row = await tx.one(Q.take_code, mine)
    await tx.run(Q.set_code, {"alert_id": alert_id, "code": row.code if row else None})
    return row.code if row else None


async def over_members(tx: Tx, message_id: int) -> list[Member]:
    """The conditions whose end a message tells of."""
    return [
        Member(r.alert_id, r.key, r.title, r.message, Severity(r.severity), r.opened_at, resolved_at=r.resolved_at)
        for r in await tx.all(Q.over_members, {"message_id": message_id})
    ]


async def others_open(tx: Tx, alert_type: str, members: Sequence[Member]) -> int:
    """How many others of the type hold that somebody was told of."""
    row = await tx.one(Q.others_open, {"alert_type": alert_type, "ids": [m.alert_id for m in members]})
    return int(row.others)


async def close_message(
    tx: Tx, message: Any, members: Sequence[Member], told: Told | None, channels: Sequence[Channel], now: datetime
) -> None:
    """What it says and how it goes stands now. Without members it is dropped; without channels it has failed."""
    status = MessageStatus.DROPPED if not members else MessageStatus.READY if channels else MessageStatus.FAILED
    said = told or Told("", "", "")
    words = {"title": said.title, "body": said.body, "short": said.short}
    row = {"id": message.id, "status": status.value, "channels": [one.value for one in channels], **words}
    await tx.run(Q.close_message, {**row, "members": len(members), "now": now})
    if not members:
        return
    ids = [member.alert_id for member in members]
    await tx.run(Q.mark_told, {"ids": ids, "told": message.kind})
    if not channels and message.kind == "open":
        for alert_id in ids:
            told_so = {"decision": Decision.NO_CHANNEL.value, "detail": None}
            await tx.run(Q.note_decision, {"alert_id": alert_id, **told_so})


async def add_delivery(tx: Tx, message_id: int, channels: Sequence[Channel], position: int, now: datetime) -> bool:
    """Begin with the channel at `position`; false where there is none."""
    if position >= len(channels):
        return False
    row = {"message_id": message_id, "channel": channels[position].value, "position": position, "now": now}
    await tx.run(Q.add_delivery, row)
    return True


async def claim_deliveries(
    tx: Tx, channel: Channel, token: UUID, *, now: datetime, lease_now: datetime, leased_until: datetime, limit: int
) -> list[Claim]:
    """What is due on a channel, under one token."""
    times = {"now": now, "lease_now": lease_now, "leased_until": leased_until}
    rows = await tx.all(Q.claim_deliveries, {**times, "channel": channel.value, "claim_token": token, "limit": limit})
    return [
        Claim(
            r.id, token, r.message_id, Channel(r.channel), r.position, r.attempts, r.alert_type, r.kind,
            Severity(r.severity), r.title, r.body, r.short, tuple(map(Channel, r.channels)), r.created_at,
        )
        for r in rows
    ]  # fmt: skip


async def settle_delivery(
    tx: Tx,
    claim: Claim,
    status: DeliveryStatus,
    now: datetime,
    *,
    error: str | None = None,
    code: str | None = None,
    next_at: datetime | None = None,
) -> bool:
    """SENDING to what became of it; false when the lease has passed on."""
    row = {"id": claim.id, "claim_token": claim.claim_token, "status": status.value, "now": now}
    said = {"error": error, "error_code": code, "next_at": next_at or now}
    return await tx.run(Q.settle_delivery, {**row, **said}) == 1


async def hand_over(tx: Tx, claim: Claim, ledger_id: int, confirm_by: datetime) -> bool:
    """SENDING to HANDED: the ledger has the text."""
    row = {"id": claim.id, "claim_token": claim.claim_token, "ledger_id": ledger_id, "confirm_by": confirm_by}
    return await tx.run(Q.hand_over, row) == 1


async def settle_handed(
    tx: Tx, delivery_id: int, status: DeliveryStatus, now: datetime, *, error: str | None, code: str | None
) -> None:
    """HANDED or UNCONFIRMED to what the ledger knows."""
    row = {"id": delivery_id, "status": status.value, "error": error, "error_code": code, "now": now}
    await tx.run(Q.settle_handed, row)


async def note_delivered(tx: Tx, message_id: int, channel: Channel, now: datetime) -> None:
    """A channel confirmed it: the first one stands in each notification's row."""
    await tx.run(Q.mark_delivered, {"message_id": message_id})
    await tx.run(Q.note_channel, {"message_id": message_id, "channel": channel.value, "now": now})


async def note_failed(tx: Tx, message_id: int) -> bool:
    """True when no channel is left: the console has it now."""
    return await tx.run(Q.mark_failed, {"message_id": message_id}) == 1


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def add_link(tx: Tx, message_id: int, recipient: str, now: datetime) -> str:
    """A token that acknowledges what this message tells of, for a day. Only its hash is kept."""
    token = secrets.token_urlsafe(16)
    row = {"token_hash": _hashed(token), "message_id": message_id, "recipient": recipient}
    await tx.run(Q.add_link, {**row, "expires_at": now + LINK_LASTS})
    return token


async def find_link(tx: Tx, token: str) -> Any:
    """What a token stands for, or None."""
    return await tx.one(Q.find_link, {"token_hash": _hashed(token)})


async def use_link(tx: Tx, token: str, used_by: str, now: datetime) -> bool:
    """True for the first use before it expires."""
    return await tx.run(Q.use_link, {"token_hash": _hashed(token), "used_by": used_by, "now": now}) == 1


async def told_by_message(tx: Tx, message_id: int) -> list[int]:
    """The conditions that a message told of and that hold still."""
    return [row.id for row in await tx.all(Q.told_by_message, {"message_id": message_id})]


async def work_there(tx: Tx, *, now: datetime, lease_now: datetime, since: datetime) -> Any:
    """When the next message has gathered; whether one is due on a channel, or waits for a receipt (since then)."""
    return await tx.one(Q.work_there, {"now": now, "lease_now": lease_now, "since": since})
