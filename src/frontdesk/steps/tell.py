"""tell: closes messages that have gathered, brings each to the operator, and goes to the next channel where one fails.

What is posted is under a lease: a sender that dies is followed by another, and the message comes twice at worst. An SMS
goes through the ledger, in the transaction that hands it over.
"""

import asyncio
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import structlog

from frontdesk.alerts import sending
from frontdesk.alerts import store as alerts
from frontdesk.alerts.kinds import TEST, kind_of
from frontdesk.alerts.model import Channel, DeliveryStatus
from frontdesk.alerts.rules import TIMES, Fate, after_ledger, channels_for, retry_at
from frontdesk.alerts.sending import Claim
from frontdesk.alerts.wording import Sms, tell_open, tell_over
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.db.queries import load_queries
from frontdesk.effects import Severity
from frontdesk.outbox.segments import Encoding, count, prepared
from frontdesk.providers.posted import Fate as PostFate
from frontdesk.providers.posted import Posted
from frontdesk.settings import Settings
from frontdesk.steps.alert_channels import AlertChannels
from frontdesk.steps.alert_parcel import Parcel
from frontdesk.steps.alert_texts import admin_line, opted_out_alert, put_alert
from frontdesk.steps.raise_alert import raise_alert
from frontdesk.steps.spool import spooled, unspool

__all__ = ["Telling"]

log = structlog.get_logger(__name__)

Q = load_queries("frontdesk.steps", "tell.sql")

_AT_ONCE = 20
_REST, _LEAST_REST = 2.0, 0.1  # seconds between looks; the first alerts gather for as long as the longer
_LEASE = timedelta(seconds=20)  # longer than a channel may take
_RECEIPTS_FOR = timedelta(days=2)  # a receipt that comes later changes nothing for anybody
_OPTED_OUT = "21610"


class Telling:
    """The alerts that this process brings to the operator."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, lease_clock: LeaseClock, settings: Settings
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._settings = settings
        self._channels = AlertChannels(settings)
        self._rest = _REST

    def rest(self) -> float:
        """Seconds until the next look: shorter where a message has gathered before."""
        return self._rest

    async def step(self) -> int:
        """Do what is due; returns how many messages and deliveries moved."""
        moved = await self._unspool()
        now, lease_now = self._clock.now(), self._lease_clock.now()
        async with self._db.transaction(self._bucket, single=True) as tx:
            there = await sending.work_there(tx, now=now, lease_now=lease_now, since=now - _RECEIPTS_FOR)
        gathered = there.due_at is not None and there.due_at <= now
        # Who is told should not wait for the next look as well as for the message to gather.
        ahead = (there.due_at - now).total_seconds() if there.due_at is not None and not gathered else _REST
        self._rest = min(_REST, max(ahead, _LEAST_REST))
        if gathered:
            moved += await self._close_one()
        if gathered or there.due:
            moved += await self._send()
        if there.handed:
            moved += await self._confirm()
        return moved

    async def _unspool(self) -> int:
        """Raise what was kept while the database was away. What fails again stays, and so does the rest."""
        raised = 0
        for path, alert in spooled(self._db.spool):
            async with self._db.transaction(self._bucket, single=True) as tx:
                await alerts.raise_alert(tx, alert, self._clock.now())
            unspool(path)
            raised += 1
        return raised

    async def _close_one(self) -> int:
        now = self._clock.now()
        async with self._db.transaction(self._bucket) as tx:
            message = await sending.lock_gathered(tx, now)
            if message is None:
                return 0
            if message.kind == "open":
                test = message.alert_type == TEST
                members = await sending.open_members(tx, message.id, now, coded=not test)
                others = await sending.others_open(tx, message.alert_type, members)
                told = tell_open(message.alert_type, message.severity, members, others, _SMS) if members else None
                for member in members if test else ():  # it was true for as long as it took to tell
                    await alerts.resolve_alert(tx, TEST, member.key, now, tell=False)
            else:
                members = await sending.over_members(tx, message.id)
                told = tell_over(message.alert_type, members, _SMS) if members else None
            channels = await self._ways(tx, message.alert_type, Severity(message.severity))
            await sending.close_message(tx, message, members, told, channels, now)
            if members:
                await sending.add_delivery(tx, message.id, channels, 0, now)
        if told is not None and (
            not channels or (channels == [Channel.SMS] and kind_of(message.alert_type).avoids_sms)
        ):
            _console(message.severity, told.title, told.body)
        return 1

    async def _ways(self, tx: Tx, alert_type: str, severity: Severity) -> list[Channel]:
        line = await admin_line(tx, self._settings)
        there = [*([Channel.SMS] if line is not None and not line.opted_out else []), *self._channels.there]
        return channels_for(kind_of(alert_type), severity, there)

    async def _send(self) -> int:
        """All channels at once, so that none waits for another that hangs."""
        return sum(await asyncio.gather(*(self._send_on(channel) for channel in Channel)))

    async def _send_on(self, channel: Channel) -> int:
        """One message at a time where it is posted: a sender that is killed leaves no more than that one in doubt."""
        now, lease_now = self._clock.now(), self._lease_clock.now()
        async with self._db.transaction(self._bucket) as tx:
            times = {"now": now, "lease_now": lease_now, "leased_until": lease_now + _LEASE}
            limit = _AT_ONCE if channel is Channel.SMS else 1
            claims = await sending.claim_deliveries(tx, channel, uuid4(), **times, limit=limit)
            if channel is Channel.SMS:
                for claim in claims:
                    await self._text(tx, claim)
                return len(claims)
        for claim in claims:
            await self._post(claim)
        return len(claims)

    async def _text(self, tx: Tx, claim: Claim) -> None:
        """Into the ledger, in the transaction of the claim."""
        now = self._clock.now()
        ledger_id = await put_alert(tx, claim, self._settings, now)
        if ledger_id is None:
            said = "no number of ours can text ADMIN_PHONE"
            await self._fail(tx, claim.message_id, claim.channels, claim.position, claim=claim, error=said)
            return
        high = claim.severity is Severity.HIGH
        confirm_by = now + (TIMES.confirm_high if high else TIMES.confirm_other)
        await sending.hand_over(tx, claim, ledger_id, confirm_by)

    async def _post(self, claim: Claim) -> None:
        link = None
        if self._settings.public_url and claim.kind == "open":
            async with self._db.transaction(self._bucket) as tx:
                token = await sending.add_link(tx, claim.message_id, claim.channel.value, self._clock.now())
            link = f"{self._settings.public_url.rstrip('/')}/a/{token}"
        parcel = Parcel(
            f"alert-{claim.message_id}", claim.alert_type, claim.kind, claim.severity.value, claim.title, claim.body,
            claim.created_at, link,
        )  # fmt: skip
        posted = await self._channels.post(claim.channel, parcel)
        async with self._db.transaction(self._bucket) as tx:
            await self._settle(tx, claim, posted)

    async def _settle(self, tx: Tx, claim: Claim, posted: Posted) -> None:
        now = self._clock.now()
        if posted.fate is PostFate.DELIVERED:
            if await sending.settle_delivery(tx, claim, DeliveryStatus.DELIVERED, now):
                await sending.note_delivered(tx, claim.message_id, claim.channel, now)
            log.info("alert_delivered", message_id=claim.message_id, channel=claim.channel)
            return
        again = retry_at(claim.attempts, now, posted.retry_after) if posted.fate is PostFate.LATER else None
        said = {"error": posted.words, "code": posted.code}
        if again is not None:
            await sending.settle_delivery(tx, claim, DeliveryStatus.WAITING, now, **said, next_at=again)
            return
        await self._fail(tx, claim.message_id, claim.channels, claim.position, claim=claim, **said)

    async def _fail(
        self,
        tx: Tx,
        message_id: int,
        channels: Sequence[Channel],
        position: int,
        *,
        claim: Claim | None = None,
        error: str | None = None,
        code: str | None = None,
    ) -> None:
        """The next channel has it; after the last one, the console."""
        now = self._clock.now()
        if claim is not None and not await sending.settle_delivery(
            tx, claim, DeliveryStatus.FAILED, now, error=error, code=code
        ):
            return  # the lease has passed on: whoever has it decides
        log.error("alert_channel_failed", message_id=message_id, channel=channels[position], error=error, code=code)
        if await sending.add_delivery(tx, message_id, channels, position + 1, now):
            return
        if await sending.note_failed(tx, message_id):
            _console("", f"message {message_id} reached nobody", error or "every channel failed")

    async def _confirm(self) -> int:
        """Look into the ledger for what became of texts: delivered, failed, or no receipt in time."""
        now = self._clock.now()
        opted_out = None
        async with self._db.transaction(self._bucket) as tx:
            rows = await tx.all(Q.handed_over, {"now": now, "since": now - _RECEIPTS_FOR, "limit": _AT_ONCE})
            for row in rows:
                fate = after_ledger(row.ledger_status, row.confirm_by, now)
                status = DeliveryStatus(fate)
                failed = status is DeliveryStatus.FAILED
                error = (row.error or row.ledger_status.lower()) if failed else None
                code = row.error_code if failed else None
                await sending.settle_handed(tx, row.id, status, now, error=error, code=code)
                if fate == Fate.DELIVERED:
                    await sending.note_delivered(tx, row.message_id, Channel.SMS, now)
                    continue
                opted_out = row if code == _OPTED_OUT else opted_out
                if row.status == DeliveryStatus.HANDED:  # else the next channel has it already
                    told = error or f"no receipt until {row.confirm_by:%H:%M:%S} UTC"
                    ways = [Channel(one) for one in row.channels]
                    await self._fail(tx, row.message_id, ways, row.position, error=told, code=code)
        if opted_out is not None:
            alert = opted_out_alert(opted_out.to_address, opted_out.from_address)
            await raise_alert(self._db, self._bucket, self._clock, alert)
        return len(rows)

    async def aclose(self) -> None:
        """Close connections."""
        await self._channels.aclose()


_PUNCTUATION = str.maketrans(
    {"`": "'", "\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-"}
)


def _plain(text: str) -> str:
    """As GSM-7 has it, accents away where they are all that keeps it from that: a segment then holds 160 and not 70."""
    body = prepared(text).body
    if count(body).encoding is Encoding.GSM7:
        return body
    bare = unicodedata.normalize("NFKD", body.translate(_PUNCTUATION)).encode("ascii", "ignore").decode()
    return bare if len(bare) * 2 > len(body) else body  # what is not Latin stays as it is


_SMS = Sms(lambda text: count(text).segments == 1, _plain)


def _console(severity: str, title: str, body: str) -> None:
    log.critical("ALERT", severity=severity, title=title, message=body)
