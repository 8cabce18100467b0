"""What a lead may get, on real PostgreSQL: counted once over all senders, in the lead's own minutes and days."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from scratch import with_db
from sending import NOW, SECOND, counted, limited, says, states

from frontdesk.db.pool import Database
from frontdesk.effects import SendClass

MINUTE = timedelta(minutes=1)
REPLY, UNPROMPTED = SendClass.REPLY, SendClass.UNPROMPTED


def test_eight_senders_never_exceed_a_leads_limits_between_them(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        leads = [await box.person(f"+1202556{n:04}") for n in range(6)]
        drafts = [
            lead.draft(f"{lead.lead_id} {n} {send_class}", send_class, sender=f"+1ours{n}")
            for lead in leads
            for n, send_class in enumerate([UNPROMPTED] * 8 + [REPLY] * 30)
        ]
        await box.put(*drafts)
        went: dict[int, list[datetime]] = {lead.lead_id: [] for lead in leads}
        for seconds in range(0, 60 * 24, 20):
            now = NOW + SECOND * seconds
            while True:  # until all that may go now went, and the rest knows when it may
                answers = await asyncio.gather(*(box.claim(now, per_number=3) for _ in range(8)))
                for one in itertools.chain(*answers):
                    assert one.lead_id is not None
                    assert await box.go(one) == now
                    went[one.lead_id].append(now)
                due = await box.rows(
                    "SELECT 1 FROM outbound_message_log WHERE status = 'PENDING' AND available_at <= %(now)s", now=now
                )
                if not due:
                    break
        for moments in went.values():
            assert len(moments) == 20
            assert all(late - early >= MINUTE for early, late in itertools.pairwise(moments))
        totals = await box.rows(
            "SELECT lead_id, count(*) FILTER (WHERE status = 'SENT' AND send_class = 'unprompted') AS unasked, "
            "count(*) FILTER (WHERE status = 'SENT') AS n FROM outbound_message_log GROUP BY 1"
        )
        assert all(row.n == 20 and row.unasked <= 5 for row in totals)
        assert {row.sms_count_today for row in await box.rows("SELECT sms_count_today FROM leads")} == {20}

    with_db(dsn, story)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DAYS = [
    ("UTC", "2026-11-20 00:00", "2026-11-21 00:00"),
    ("Asia/Kolkata", "2026-11-19 18:30", "2026-11-20 18:30"),
    ("America/New_York", "2026-03-08 05:00", "2026-03-09 04:00"),  # 23 hours
    ("America/New_York", "2026-11-01 04:00", "2026-11-02 05:00"),  # 25 hours
    ("Europe/London", "2026-10-24 23:00", "2026-10-26 00:00"),
    ("Africa/Cairo", "2026-04-22 22:00", "2026-04-23 22:00"),  # its midnight is skipped
    ("Africa/Cairo", "2026-04-23 22:00", "2026-04-24 21:00"),
    ("America/Havana", "2026-11-01 04:00", "2026-11-02 05:00"),  # has two midnights
    ("Pacific/Apia", "2011-12-29 10:00", "2011-12-30 10:00"),  # the 30th did not come at all
    ("Not/AZone", "2026-11-20 00:00", "2026-11-21 00:00"),
]


@pytest.mark.parametrize(("timezone", "begins", "ends"), DAYS)
def test_a_day_is_the_leads_own_from_midnight_to_midnight(dsn: str, timezone: str, begins: str, ends: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db, seconds_between=0, per_day=2)
        lead = await box.person(timezone=timezone)
        first, last = utc(begins), utc(ends) - SECOND
        moments = [first - SECOND, first, last, last, last + SECOND]
        went = []
        for n, now in enumerate(moments):
            await box.put(lead.draft(f"m{n}", UNPROMPTED, available_at=now), at=now)
            went.append([await box.go(one) for one in await box.claim(now)])
        assert went == [[moments[0]], [first], [last], [], [last + SECOND]]
        assert (await states(box))["m3"] == ("BLOCKED", "daily_limit")

    with_db(dsn, story)


def test_a_leads_minute_counts_from_when_the_last_text_really_went(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await box.put(lead.draft("a"), lead.draft("b"))
        (late,) = await box.claim()
        assert await box.go(late, NOW + SECOND * 20) is not None  # its process stood still
        assert await box.claim(NOW + MINUTE) == []
        assert [one.body for one in await box.claim(NOW + SECOND * 80)] == ["b"]

    with_db(dsn, story)


def test_a_count_is_given_back_only_for_the_last_text(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db, seconds_between=0)
        lead = await box.person()
        await box.put(lead.draft("a", sender="+1x"))
        (first,) = await box.claim()
        await box.put(lead.draft("b", sender="+1y"))
        (second,) = await box.claim(NOW + SECOND)
        await box.go(second, NOW + SECOND)
        await says(box, lead, "opt_out")
        assert await box.start(first, NOW + SECOND * 2) is None
        assert await counted(box) == (NOW + SECOND, 2)  # rather one too many than a moment forgotten

    with_db(dsn, story)


def test_a_lead_that_is_being_handled_is_passed_over_and_others_go(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        busy, free = await box.person("+12025560001"), await box.person("+12025560002")
        await box.put(busy.draft("a", sender="+1x"), free.draft("b", sender="+1y"))
        async with db.transaction() as tx:
            await tx.run("SELECT 1 FROM leads WHERE id = %(id)s FOR UPDATE", {"id": busy.lead_id})
            async with asyncio.timeout(5):
                assert [one.body for one in await box.claim()] == ["b"]
        assert [one.body for one in await box.claim()] == ["a"]

    with_db(dsn, story)
