"""deliver: claim what may go, ask the carrier to send it, settle what became of it.

No transaction is open while the carrier is asked. What is known not sent may go again; what may have been sent is
UNKNOWN and never goes again by itself.
"""

import asyncio
import math
from datetime import datetime, timedelta
from uuid import uuid4

import structlog
from structlog.contextvars import bound_contextvars

from frontdesk import backoff
from frontdesk.conversations import store as conversations
from frontdesk.conversations.store import OutboundMark
from frontdesk.db.clock import BusinessClock, LeaseClock
from frontdesk.db.pool import Bucket, Database, Tx, is_gone, lost_a_race
from frontdesk.errors import AccountRefused, ClaimLost, Rejected, SendError, Throttled, TooOften, Unknown, Unreachable
from frontdesk.leads import store as leads
from frontdesk.loop import Wake
from frontdesk.message import Outgoing
from frontdesk.outbox import attempts, circuits, claims
from frontdesk.outbox import store as outbox
from frontdesk.outbox.circuit import Sign, State
from frontdesk.outbox.consents import record_consent
from frontdesk.outbox.model import Claimed
from frontdesk.outbox.outcomes import Outcome, outcome_of, sign_of
from frontdesk.provider import Accepted
from frontdesk.registry import Registry
from frontdesk.reporting import report
from frontdesk.settings import Settings
from frontdesk.steps.judge import Go, Times, claim_sendable, give_back_count, start, throughputs
from frontdesk.steps.receipts import count_until

__all__ = ["Delivering"]

log = structlog.get_logger(__name__)

_IN_HAND = 32  # sends under way per process
_BURST = 0.1  # seconds of a fast number's slots that one claim takes at once
_AHEAD = timedelta(milliseconds=20)  # a turn is taken so long before it: the commit's time then changes no spacing
_ON_THE_WAY = timedelta(seconds=30)  # so long before the end of its window the carrier must let a message go


class Delivering:
    """The sends that this process has in hand."""

    def __init__(
        self,
        db: Database,
        bucket: Bucket,
        clock: BusinessClock,
        lease_clock: LeaseClock,
        registry: Registry,
        settings: Settings,
        wake: Wake,
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._lease_clock = lease_clock
        self._registry = registry
        self._settings = settings
        self._lease = timedelta(seconds=settings.sender.lease_seconds)
        self._throughputs = throughputs(settings)
        self._wake = wake
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None

    async def step(self) -> int:
        """Claim what is due and begin to send it; returns how many rows moved."""
        room = _IN_HAND - len(self._tasks)
        if room <= 0:
            return 0
        settings = self._settings.sender
        per_number = min(room, max(1, math.floor(_BURST * settings.per_second)))
        now, lease_now = self._clock.now(), self._lease_clock.now()
        async with self._db.transaction(self._bucket) as tx:
            claimed, moved = await claim_sendable(
                tx,
                numbers=max(1, room // per_number),
                per_number=per_number,
                token=uuid4(),
                times=Times(now, lease_now, lease_now + self._lease),
                settings=self._settings,
            )
            next_due = await claims.next_due(tx, self._clock.now()) if moved == 0 else None
        for one in claimed:
            task = asyncio.create_task(self._send(one))
            self._tasks.add(task)
            task.add_done_callback(self._finish)
        self._set_alarm(next_due)
        return moved

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake.ring()
        if not task.cancelled() and (error := task.exception()):
            log.error("send_left_to_reconcile", error=str(error), error_type=type(error).__name__)
            report(error, component="deliver")

    def _set_alarm(self, at: datetime | None) -> None:
        """Ring when the next slot is free, rather than poll for it."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if at is not None:
            wait = max(0.001, (at - self._clock.now()).total_seconds())
            if wait < 3600:
                self._alarm = asyncio.get_running_loop().call_later(wait, self._wake.ring)

    async def drain(self) -> None:
        """Wait until all sends in hand are settled."""
        self._set_alarm(None)
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _send(self, claimed: Claimed) -> None:
        provider = self._registry.senders.get(claimed.provider)
        with bound_contextvars(correlation_id=claimed.correlation_id, ledger_id=claimed.ledger_id):
            if provider is None:
                raise RuntimeError(f"no provider named {claimed.provider} is set up")
            await asyncio.sleep(max(0.0, (claimed.slot_at - self._clock.now()).total_seconds()))
            go = await self._start_surely(claimed)
            if go is None:
                log.info("send_stopped_at_the_last_moment")
                return
            claimed = go.claimed
            outgoing = Outgoing(
                claimed.ledger_id,
                claimed.channel,
                claimed.from_address,
                claimed.to_address,
                claimed.body,
                deliver_within=go.until - go.turn - _ON_THE_WAY if go.until is not None else None,
                template=go.template,
            )
            await asyncio.sleep(max(0.0, (go.turn - self._clock.now()).total_seconds()))
            result: Accepted | SendError
            try:
                async with asyncio.timeout(self._lease.total_seconds() * 0.75):  # the lease outlives the request
                    result = await provider.send(outgoing)
            except SendError as error:
                result = error
            except TimeoutError:
                result = Unknown("The carrier did not answer in time; it may have been sent.")
            if isinstance(result, Throttled) and not isinstance(result, TooOften):
                await self._slow_down(claimed, result)
            await self._settle_surely(claimed, result)

    async def _start_surely(self, claimed: Claimed) -> Go | None:
        """The last word, and asked again while the database is away: nothing is written yet, and the lease is ours.

        None where the message must not go now, or another has it.
        """
        deadline = self._lease_clock.now() + self._lease * 0.75
        while True:
            now = self._clock.now() + min(_AHEAD, claimed.takes / 20)
            lease = self._lease_clock.now() + self._lease
            try:
                async with self._db.transaction(self._bucket, pipelined=True) as tx:
                    return await start(tx, claimed, now=now, leased_until=lease, settings=self._settings)
            except ClaimLost:
                return None
            except Exception as error:
                if not (is_gone(error) or lost_a_race(error)) or self._lease_clock.now() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def _slow_down(self, claimed: Claimed, error: Throttled) -> None:
        """In a transaction of its own, before any other row is locked.

        Whatever comes of it, the message is settled next: a number that was not slowed is told again by its carrier.
        """
        now = self._clock.now()
        rest_until = now + timedelta(seconds=error.retry_after)
        try:
            async with self._db.transaction(self._bucket) as tx:
                await claims.slow_down(
                    tx, claimed.from_address, now=now, rest_until=rest_until, defaults=self._throughputs
                )
        except Exception as failure:
            log.warning("number_not_slowed_down", error=str(failure))
            if not (is_gone(failure) or lost_a_race(failure)):
                report(failure, component="deliver")

    async def _settle_surely(self, claimed: Claimed, result: Accepted | SendError) -> None:
        """Settle, and go on trying while the database is away: what the carrier said is known only here."""
        deadline = self._lease_clock.now() + self._lease
        while True:
            try:
                async with self._db.transaction(self._bucket, pipelined=True) as tx:
                    await self._settle(tx, claimed, result)
                return
            except Exception as error:
                if not (is_gone(error) or lost_a_race(error)) or self._lease_clock.now() > deadline:
                    raise
                await asyncio.sleep(0.5)

    async def _settle(self, tx: Tx, claimed: Claimed, result: Accepted | SendError) -> None:
        now, ledger_id = self._clock.now(), claimed.ledger_id
        outcome = outcome_of(result)
        self._note_attempt(tx, claimed, result, outcome, now)
        await self._note_account(tx, claimed, result, outcome, now)
        if outcome in (Outcome.ACCEPTED, Outcome.UNKNOWN):
            count_until(tx, claimed.lead_id, claimed.claimed_at, now)
        match result:
            case Accepted():
                sid = result.provider_message_id
                if await outbox.settle_sent(tx, claimed, sid, now):
                    _mark(tx, OutboundMark(ledger_id, "sent", provider_message_id=sid, sent_at=now))
                log.info("message_sent", provider_message_id=sid)
            case Rejected():
                if await outbox.settle_failed(tx, claimed, str(result), result.code, now):
                    await self._note_opt_out(tx, claimed, result, now)
                    await self._note_not_textable(tx, claimed, result, now)
                    _mark(tx, OutboundMark(ledger_id, "failed", sent_at=now))
                    await self._refund(tx, claimed)
                log.warning("message_rejected", code=result.code, error=str(result))
            case Throttled() | Unreachable() | AccountRefused():
                await self._settle_not_sent(tx, claimed, result, now)
            case _:
                if await outbox.settle_unknown(tx, claimed, str(result), now):
                    _mark(tx, OutboundMark(ledger_id, "unknown", sent_at=now))
                log.warning("message_unknown", error=str(result), known=isinstance(result, Unknown))

    def _note_attempt(
        self, tx: Tx, claimed: Claimed, result: Accepted | SendError, outcome: Outcome, now: datetime
    ) -> None:
        failed = isinstance(result, SendError)
        attempts.end(
            tx,
            claimed.ledger_id,
            claimed.attempts,
            outcome=outcome.value,
            error=str(result) if failed else None,
            error_code=result.code if isinstance(result, SendError) else None,
            exchange=result.exchange,
            now=now,
        )

    async def _note_account(
        self, tx: Tx, claimed: Claimed, result: Accepted | SendError, outcome: Outcome, now: datetime
    ) -> None:
        sign = sign_of(outcome)
        if sign is Sign.ALIVE and not claimed.account_failing:
            return  # nothing to forgive: it was well when this message set out
        state = await circuits.note(tx, claimed.provider, sign, str(result), now)
        if state is State.CLOSED:
            outbox.ring(tx)  # others may rest for long
            log.info("circuit_closed", account=claimed.provider)
        elif state is State.OPEN:
            log.error("circuit_open", account=claimed.provider, error=str(result))

    async def _settle_not_sent(self, tx: Tx, claimed: Claimed, error: SendError, now: datetime) -> None:
        """Known not sent: again later; a number that was throttled rests as a whole."""
        seconds = error.retry_after if isinstance(error, Throttled) else backoff.delay(claimed.attempts, longest=60)
        again_at = now + timedelta(seconds=seconds)
        if await outbox.settle_not_sent(tx, claimed, str(error), again_at):
            _mark(tx, OutboundMark(claimed.ledger_id, "queued"))
            await self._refund(tx, claimed)
        log.warning("message_not_sent", error=str(error), again_in=round(seconds, 1))

    async def _refund(self, tx: Tx, claimed: Claimed) -> None:
        await give_back_count(tx, claimed.lead_id, claimed.claimed_at, claimed.previous_sms_at)

    async def _note_opt_out(self, tx: Tx, claimed: Claimed, error: Rejected, now: datetime) -> None:
        if self._registry.senders[claimed.provider].means_opt_out(error.code):
            await record_consent(
                tx,
                address=claimed.to_address,
                our_address=claimed.from_address,
                client_id=None,
                kind="opt_out",
                source=f"carrier error {error.code}",
                evidence={"ledger_id": str(claimed.ledger_id)},
                now=now,
            )

    async def _note_not_textable(self, tx: Tx, claimed: Claimed, error: Rejected, now: datetime) -> None:
        if claimed.channel != "sms" or claimed.lead_id is None:
            return
        if self._registry.senders[claimed.provider].means_not_textable(error.code):
            await leads.mark_not_textable(tx, claimed.lead_id, f"carrier error {error.code}", now)


def _mark(tx: Tx, mark: OutboundMark) -> None:
    conversations.mark_outbound(tx, [mark])
