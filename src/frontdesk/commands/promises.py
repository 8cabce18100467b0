"""What the self-test checks: each function keeps one promise of the desk to its word, and tells what it saw."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from frontdesk.commands.scratch import BRISK, STRICT, Scratch
from frontdesk.db.queries import load_queries
from frontdesk.effects import SendClass
from frontdesk.outbox import store as outbox
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft, Put
from frontdesk.simulator.messages import new_sid
from frontdesk.steps.judge import judge_put
from frontdesk.steps.retire import retire

__all__ = ["PROMISES", "Broken"]

Q = load_queries("frontdesk.commands", "selftest.sql")

_DUPLICATOR, _TALKER, _HASTY, _BUSY = (f"+1202555012{number}" for number in range(4))


class Broken(Exception):
    """A promise was not kept; the text says what was seen instead."""


def _expect(kept: bool, seen: str) -> None:
    if not kept:
        raise Broken(seen)


async def duplicates_are_blocked(scratch: Scratch) -> str:
    """The same signed webhook three times."""
    sid = new_sid("SM")
    answers = await scratch.carrier.text(_DUPLICATOR, STRICT, "Hello", times=3, sid=sid)
    _expect(answers == [200, 200, 200], f"the answers were {answers}")
    row = await scratch.until(Q.redeliveries, request_id=sid, at_least=2)
    _expect((row.events, row.duplicate_count) == (1, 2), f"{row.events} events, {row.duplicate_count} counted")
    await scratch.until(Q.delivered_to, phone=_DUPLICATOR)
    replies = (await scratch.until(Q.replies_to, phone=_DUPLICATOR, at_least=1)).messages
    _expect(replies == 1, f"{replies} replies")
    return "3 deliveries: 1 event, 2 counted and changed nothing, 1 reply, and its receipt says DELIVERED"


async def order_is_kept(scratch: Scratch) -> str:
    """Twelve texts of one lead, two workers."""
    texts = [f"text {number:02}" for number in range(12)]
    for body in texts:
        await scratch.carrier.text(_TALKER, BRISK, body)
    heard = list((await scratch.until(Q.heard_from, phone=_TALKER, at_least=len(texts))).bodies)
    _expect(heard == texts, f"they took effect as {heard}")
    return "12 texts of one lead, 2 workers: each took effect in its turn"


async def replies_wait_for_the_minute(scratch: Scratch) -> str:
    """A second reply within the minute is deferred, an unprompted text is blocked."""
    await scratch.carrier.text(_HASTY, STRICT, "Hi")
    first = await scratch.until(Q.delivered_to, phone=_HASTY)
    await scratch.carrier.text(_HASTY, STRICT, "I'm Ada Lovelace")
    waiting = await scratch.until(Q.waiting_for, phone=_HASTY)
    gap = (waiting.available_at - first.sent_at).total_seconds()
    _expect(waiting.reason == "too_soon" and 55 < gap < 65, f"{waiting.reason}, after {gap:.0f} s")
    put = await _put_unprompted(scratch, first, STRICT, _HASTY, "an offer")
    blocked = await scratch.until(Q.settled_message, id=put.ledger_id)
    seen = f"{blocked.status} ({blocked.reason})"
    _expect(seen == "BLOCKED (too_soon)", f"the unprompted text is {seen}")
    return f"2nd reply deferred by {gap:.0f} s ({waiting.reason}); unprompted text {seen}"


async def five_a_day_is_the_most(scratch: Scratch) -> str:
    """A sixth text to a lead on one day is blocked."""
    await scratch.carrier.text(_BUSY, BRISK, "Hi")
    reply = await scratch.until(Q.delivered_to, phone=_BUSY)
    for number in range(2, 7):
        put = await _put_unprompted(scratch, reply, BRISK, _BUSY, f"offer {number}")
        row = await scratch.until(Q.settled_message, id=put.ledger_id)
        expected = "DELIVERED" if number < 6 else "BLOCKED"
        _expect(row.status == expected, f"text {number} is {row.status} ({row.reason})")
    _expect(row.reason == "daily_limit", f"the reason is {row.reason}")
    return "5 texts went out, the 6th is BLOCKED (daily_limit)"


async def a_key_is_used_once(scratch: Scratch) -> str:
    """The same ledger key twice."""
    reply = await scratch.until(Q.delivered_to, phone=_BUSY)
    first = await _put_unprompted(scratch, reply, BRISK, _BUSY, "once", cause="manual:selftest")
    again = await _put_unprompted(scratch, reply, BRISK, _BUSY, "once", cause="manual:selftest")
    row = await scratch.until(Q.settled_message, id=first.ledger_id)
    _expect((first.first, again.first) == (True, False), "the second put was taken for a first")
    _expect(again.ledger_id == first.ledger_id and row.collision_count == 1, f"{row.collision_count} collisions")
    return "same key twice: 1 row, collision_count 1"


async def only_what_expired_goes(scratch: Scratch) -> str:
    """The clean-up of request ids."""
    now, hour = scratch.desk.clock.now(), timedelta(hours=1)
    for name, expires_at in (("old", now - hour), ("just-now", now - timedelta(seconds=1)), ("live", now + hour)):
        row = {"request_id": f"selftest-{name}", "received_at": now - 24 * hour, "expires_at": expires_at}
        await scratch.one(Q.add_request, **row)
    desk = scratch.desk
    gone = (await retire(desk.db, desk.bucket, desk.clock, desk.settings.retention)).deleted_request_ids
    left = list((await scratch.one(Q.requests_left)).ids)
    _expect(gone == 2 and left == ["selftest-live"], f"{gone} went, {left} are left")
    return "2 expired request ids went, the live one stays"


PROMISES = {
    "Duplicates blocked": duplicates_are_blocked,
    "In order": order_is_kept,
    "A minute between texts": replies_wait_for_the_minute,
    "Five texts a day": five_a_day_is_the_most,
    "Ledger key used once": a_key_is_used_once,
    "Expiry and clean-up": only_what_expired_goes,
}
"""By the name in the report, in the order in which they run."""


async def _put_unprompted(
    scratch: Scratch, reply: Any, ours: str, phone: str, body: str, *, cause: str | None = None
) -> Put:
    """Put an unprompted text the way steps do: into the ledger, then past the gate."""
    desk, now = scratch.desk, scratch.desk.clock.now()
    draft = Draft(
        dedupe_key=dedupe_key("selftest", "offer", None, 0, cause or uuid4().hex),
        conversation_id=reply.conversation_id,
        lead_id=reply.lead_id,
        client_id=reply.client_id,
        provider="twilio",
        channel="sms",
        from_address=ours,
        to_address=phone,
        body=body,
        reply_type="offer",
        question_key=None,
        send_class=SendClass.UNPROMPTED,
        correlation_id=uuid4().hex,
        available_at=now,
        timezone="UTC",
    )
    async with desk.db.transaction(desk.bucket) as tx:
        put = await outbox.put(tx, draft, now)
        if put.first:
            await judge_put(tx, put.ledger_id, now=now, settings=desk.settings)
    return put
