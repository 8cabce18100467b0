"""The throughput limiter on real PostgreSQL: a number's slots are shared by all who claim, and hold in every window."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from scratch import with_db
from sending import LEASE, NOW, SECOND, Outbox, draft

from frontdesk.db.pool import Database
from frontdesk.effects import SendClass
from frontdesk.outbox import claims
from frontdesk.outbox import store as outbox
from frontdesk.outbox.pace import Throughput

MINUTE = timedelta(minutes=1)
SLOT = Throughput(1, 60).spacing
Sent = list[tuple[datetime, int]]


def heaviest(sent: Sent, length: timedelta) -> int:
    """The most segments in any window of this length."""
    return max(sum(n for at, n in sent if begin <= at < begin + length) for begin, _ in sent)


async def in_turn(box: Outbox, segments: Sequence[int], senders: int) -> Sent:
    """Put them all on one number, and let so many senders claim at once, whenever one would look; when each went."""
    await box.put(*(draft(f"m{n}", to=f"+1202555{n:04}", segments=size) for n, size in enumerate(segments)))
    now: datetime | None = NOW
    sent: Sent = []
    while now is not None:
        for claimed in await asyncio.gather(*(box.claim(now, per_number=3) for _ in range(senders))):
            for one in claimed:
                assert await box.go(one) == one.slot_at
                sent.append((one.slot_at, segments[int(one.body[1:])]))
        now = await box.next_due(now)
    return sent


def test_many_senders_share_a_number_to_the_last_slot_of_its_second_and_its_minute(dsn: str) -> None:
    async def story(db: Database) -> None:
        dice = random.Random(7)
        segments = [dice.choice((1, 1, 1, 2, 3)) for _ in range(60)]
        sent = await in_turn(Outbox.at(db, 10, 20), segments, senders=4)
        assert sorted(n for _, n in sent) == sorted(segments)  # each once
        assert heaviest(sent, MINUTE) == 20
        for (early, n), (late, _) in itertools.pairwise(sorted(sent)):
            assert (late - early).total_seconds() >= n / 10

    with_db(dsn, story)


def test_a_number_has_the_throughput_that_was_set_for_it(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db, 100, 6000)
        async with db.transaction() as tx:
            claims.ensure_sender(tx, "+12025550100", "twilio", NOW)
        await box.run("UPDATE sender_numbers SET per_second = 2, per_minute = 3")
        sent = await in_turn(box, [1] * 6, senders=2)
        assert heaviest(sent, SECOND) == 2
        assert heaviest(sent, MINUTE) == 3

    with_db(dsn, story)


def test_a_long_text_takes_as_many_slots_as_it_has_segments(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db)
        await box.put(draft("long", to="+1a", segments=3), draft("next", to="+1b"))
        (long,) = await box.claim()
        await box.go(long)
        assert await box.next_due(NOW) == NOW + SLOT * 3
        assert await box.claim(NOW + SLOT * 3 - SECOND / 1000) == []
        assert [one.body for one in await box.claim(NOW + SLOT * 3)] == ["next"]

    with_db(dsn, story)


def test_lanes_go_in_order_and_what_comes_later_passes_all_that_waits_behind_it(dsn: str) -> None:
    lanes = (SendClass.BULK, SendClass.UNPROMPTED, SendClass.REPLY, SendClass.ALERT)

    async def story(db: Database) -> None:
        box = Outbox.at(db)
        for lane in lanes:
            await box.put(*(draft(f"{lane} {n}", to=f"+1{lane}{n}", send_class=lane) for n in range(2)))
        order = []
        for turn in range(9):
            if turn == 5:
                await box.put(draft("late alert", to="+1late", send_class=SendClass.ALERT))
            (one,) = await box.claim(NOW + SLOT * turn)
            await box.go(one)
            order.append(one.body)
        expected = [f"{lane} {n}" for lane in reversed(lanes) for n in range(2)]
        assert order == [*expected[:5], "late alert", *expected[5:]]

    with_db(dsn, story)


def test_a_number_with_a_thousand_waiting_and_one_that_rests_hold_up_no_other(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db)
        await box.put(*(draft(f"a{n}", to=f"+1202555{n:04}", sender="+1busy") for n in range(1000)))
        await box.put(draft("resting", sender="+1resting"))
        async with db.transaction() as tx:
            await claims.slow_down(tx, "+1resting", now=NOW, rest_until=NOW + MINUTE, defaults={"": Throughput(1, 60)})
        assert [one.body for one in await box.claim(numbers=1)] == ["a0"]
        later = NOW + SECOND / 2
        await box.put(draft("b", sender="+1free"), at=later)
        assert [one.body for one in await box.claim(later, numbers=1)] == ["b"]

    with_db(dsn, story)


def test_numbers_that_have_nothing_due_or_wait_for_an_answer_take_nobodys_place(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db)
        tomorrow = NOW + timedelta(days=1)
        await box.put(*(draft(f"a{n}", sender=f"+1a{n}", available_at=tomorrow) for n in range(5)))
        await box.put(*(draft(f"b{n}", sender=f"+1b{n}") for n in range(5)))
        for one in await box.claim():
            await box.start(one, NOW)  # and no answer comes
        await box.put(*(draft(f"c{n}", sender=f"+1b{n}") for n in range(5)))
        later = NOW + SECOND * 5
        await box.put(draft("due", sender="+1last"), at=later)
        assert [one.body for one in await box.claim(later, numbers=1)] == ["due"]

    with_db(dsn, story)


def test_the_next_slot_counts_from_when_a_message_really_went(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db)
        await box.put(draft("a", to="+1a"), draft("b", to="+1b"))
        (one,) = await box.claim()
        assert await box.go(one, NOW + SECOND * 0.9) is not None
        assert await box.claim(NOW + SLOT) == []
        assert [two.body for two in await box.claim(NOW + SECOND * 0.9 + SLOT)] == ["b"]

    with_db(dsn, story)


def test_one_that_comes_late_to_its_slot_does_not_go_beside_the_one_that_took_the_next(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db)
        await box.put(draft("a", to="+1a"), draft("b", to="+1b"))
        (late,) = await box.claim()  # and then its process stands still
        (other,) = await box.claim(NOW + SLOT)
        went = [await box.go(other), await box.go(late, NOW + SLOT + SECOND / 10)]
        moments = sorted(at for at in went if at is not None)
        assert all(two - one >= SECOND for one, two in itertools.pairwise(moments))

    with_db(dsn, story)


def test_a_minute_counts_from_when_its_messages_really_went(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db, 10, 2)
        await box.put(*(draft(f"m{n}", to=f"+1202555{n:04}") for n in range(4)))
        sent: Sent = []
        late = {0.2: 5.0}  # the second one's process stands still for a while
        for seconds in (0, 0.2, 60, 60.2, 65, 120, 125):
            for one in await box.claim(NOW + SECOND * seconds):
                went = await box.go(one, NOW + SECOND * late.get(seconds, seconds))
                sent += [(went, 1)] if went else []
        assert len(sent) == 4
        assert heaviest(sent, MINUTE) == 2

    with_db(dsn, story)


def test_an_alert_does_not_wait_for_room_for_a_long_bulk_text(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db, 10, 20)
        await box.put(draft("before", to="+1a", segments=15))
        await box.go((await box.claim())[0])
        later = NOW + SECOND * 10
        await box.put(draft("long", to="+1b", segments=10, send_class=SendClass.BULK), at=later)
        assert await box.claim(later) == []  # five are left of this minute
        await box.put(draft("alert", to="+1c", send_class=SendClass.ALERT), at=later)
        assert [one.body for one in await box.claim(later + SECOND)] == ["alert"]

    with_db(dsn, story)


def test_a_long_text_goes_when_there_is_room_however_many_short_ones_wait_beside_it(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db, 10, 4)
        segments = [1, 1, 4, *[1] * 12]
        sent = await in_turn(box, segments, senders=2)
        assert heaviest(sent, MINUTE) == 4
        assert max(at for at, n in sent if n == 4) <= NOW + MINUTE * 2

    with_db(dsn, story)


@pytest.mark.parametrize("rest", [1, 30])
def test_a_throttled_number_rests_goes_half_as_fast_and_speeds_up_again(dsn: str, rest: int) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db)
        await box.put(*(draft(f"m{n}", to=f"+1202555{n:04}") for n in range(5)))
        (refused,) = await box.claim()
        assert await box.start(refused, NOW)
        again_at = NOW + SECOND * rest
        async with db.transaction() as tx:
            assert await outbox.settle_not_sent(tx, refused, "too many requests", again_at)
            await claims.slow_down(tx, "+12025550100", now=NOW, rest_until=again_at, defaults={"": Throughput(1, 60)})
        first = max(again_at, NOW + SLOT)
        assert await box.claim(first - SECOND / 1000) == []
        gaps = []
        for moment in (first, NOW + SECOND * 60, NOW + SECOND * 180):
            (one,) = await box.claim(moment)
            await box.go(one)
            due = await box.next_due(moment)
            assert due is not None
            gaps.append((due - moment) / SLOT)
        slow = 2 * 0.5 ** ((first - NOW).total_seconds() / 60)
        assert gaps == pytest.approx([slow, 1, 1], abs=1e-4)
        (number,) = await box.rows("SELECT throttled FROM sender_numbers")
        assert number.throttled == 1

    with_db(dsn, story)


def test_a_slot_of_one_that_died_before_it_started_is_given_to_the_next(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db)
        await box.put(draft("a"))
        (dead,) = await box.claim()
        after = NOW + LEASE + SECOND
        async with db.transaction() as tx:
            again, unknown = await outbox.lapse(tx, after, after)
        assert ([row.id for row in again], unknown) == ([dead.ledger_id], [])
        assert [one.ledger_id for one in await box.claim(after)] == [dead.ledger_id]

    with_db(dsn, story)


def test_twenty_connections_put_and_send_the_same_reply_and_one_goes(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = Outbox.at(db, 100, 6000)

        async def race() -> list[datetime | None]:
            await box.put(draft("the same", send_class=SendClass.REPLY))
            return [await box.go(one) for one in await box.claim()]

        went = [at for many in await asyncio.gather(*(race() for _ in range(20))) for at in many]
        # None waits for another: where each found the row or the number in another's hand, the next look finds it free.
        went += [await box.go(one) for one in await box.claim()]
        assert len(went) == 1
        (row,) = await box.rows()
        assert (row.status, row.collision_count, row.attempts) == ("SENT", 19, 1)

    with_db(dsn, story)
