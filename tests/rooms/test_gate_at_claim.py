"""The gate asked again: what happens between put, claim and start wins."""

from datetime import datetime, timedelta

import pytest
from scratch import with_db
from sending import NOW, OURS, SECOND, Outbox, Person, counted, draft, limited, says, states

from frontdesk.conversations import store as conversations
from frontdesk.conversations.model import Conversation
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.effects import Say, SendClass
from frontdesk.inbox.model import Event
from frontdesk.outbox import circuits, switches
from frontdesk.outbox import store as outbox
from frontdesk.outbox.circuit import FAILURES, Sign
from frontdesk.outbox.consents import ConsentScope
from frontdesk.outbox.gate import FOR_A_PERSON, Mode, Scope, Wait
from frontdesk.steps.apply import Cause, apply
from frontdesk.steps.switching import Which, switch_off, switch_on
from frontdesk.testing import FrozenClock

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
REPLY, UNPROMPTED, MANUAL = SendClass.REPLY, SendClass.UNPROMPTED, SendClass.MANUAL


@pytest.mark.parametrize("scope", ["number", "client", "all"])
@pytest.mark.parametrize("send_class", [REPLY, UNPROMPTED, MANUAL])
def test_a_stop_between_put_and_claim_wins(dsn: str, scope: ConsentScope, send_class: SendClass) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await box.put(lead.draft("a", send_class))
        await says(box, lead, "opt_out", scope)
        assert await box.claim() == []
        assert await states(box) == {"a": ("BLOCKED", "opted_out")}
        assert await counted(box) == (None, 0)

    with_db(dsn, story)


@pytest.mark.parametrize("earlier", [None, NOW - MINUTE * 5])
def test_a_stop_between_claim_and_start_wins_and_the_count_is_given_back(dsn: str, earlier: datetime | None) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        before = (earlier, 3 if earlier else 0)
        reset = {"at": earlier, "n": before[1], "reset": NOW + DAY}
        await box.run(
            "UPDATE leads SET last_sms_at = %(at)s, sms_count_today = %(n)s, sms_count_reset_at = %(reset)s", **reset
        )
        await box.put(lead.draft("a"))
        (one,) = await box.claim()
        assert await counted(box) == (NOW, before[1] + 1)
        await says(box, lead, "opt_out")
        assert await box.start(one, NOW + SECOND) is None
        assert await states(box) == {"a": ("BLOCKED", "opted_out")}
        assert await counted(box) == before
        assert not await box.sent(one, NOW + SECOND)
        assert await box.claim(NOW + DAY) == []

    with_db(dsn, story)


def test_a_refused_message_says_so_in_the_conversation(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        for name in ("at claim", "at start"):
            (ledger_id,) = await box.put(lead.draft(name))
            conversation = await talk(box, lead)
            async with db.transaction() as tx:
                conversations.add_outbound(
                    tx, conversation.id, conversation.lead_id, body=name, outbound_id=ledger_id, now=NOW
                )
            one = await box.claim() if name == "at start" else []
            await says(box, lead, "opt_out")
            assert await box.claim() == []
            assert [await box.start(claimed, NOW) for claimed in one] == [None] * len(one)
            await says(box, lead, "opt_in", at=NOW + SECOND)
            await box.run("DELETE FROM consents")
        shown = await box.rows("SELECT body, status, blocked_reason FROM messages ORDER BY id")
        assert [tuple(row) for row in shown] == [
            ("at claim", "blocked", "opted_out"),
            ("at start", "blocked", "opted_out"),
        ]

    with_db(dsn, story)


def test_the_newest_word_holds(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await box.put(lead.draft("a"))
        await says(box, lead, "opt_out", at=NOW - MINUTE)
        await says(box, lead, "opt_in")
        (one,) = await box.claim()
        assert await box.go(one) is not None

    with_db(dsn, story)


SWITCHES = {
    Scope.GLOBAL: ("", ""),
    Scope.CLIENT: ("{client}", "999999"),
    Scope.NUMBER: (OURS, "+12025559999"),
    Scope.PROVIDER: ("twilio", "other"),
    Scope.LANE: ("reply", "bulk"),
}
"""Each scope with the name that concerns the message, and one that does not."""


@pytest.mark.parametrize("scope", SWITCHES)
@pytest.mark.parametrize("when", ["before claim", "before start"])
def test_a_switch_holds_what_it_names_until_it_is_lifted(dsn: str, scope: Scope, when: str) -> None:
    async def story(db: Database) -> None:
        box, clock = limited(db), FrozenClock(NOW)
        lead = await box.person()
        await box.put(lead.draft("a"))
        which = Which(scope, SWITCHES[scope][0].format(client=lead.client_id))
        claimed = await box.claim() if when == "before start" else []
        await switch_on(db, PUBLIC, clock, which, actor="ada")
        assert await box.claim() == []
        assert [await box.start(one, NOW) for one in claimed] == [None] * len(claimed)
        (row,) = await box.rows()
        assert (row.status, row.reason, row.available_at) == ("PENDING", "switched_off", FOR_A_PERSON)
        assert await counted(box) == (None, 0)
        assert await switch_off(db, PUBLIC, clock, which, actor="ada") == 1
        (again,) = await box.claim(NOW + SECOND)
        assert await box.go(again) is not None

    with_db(dsn, story)


@pytest.mark.parametrize("scope", [scope for scope in SWITCHES if scope is not Scope.GLOBAL])
def test_a_switch_that_names_something_else_stops_nothing(dsn: str, scope: Scope) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await box.put(lead.draft("a"))
        async with db.transaction() as tx:
            await switches.turn(tx, scope, SWITCHES[scope][1], Mode.STOP, reason="", set_by="ada", now=NOW)
        (one,) = await box.claim()
        assert await box.go(one) is not None

    with_db(dsn, story)


def test_what_another_switch_still_stops_stays_where_it_is(dsn: str) -> None:
    async def story(db: Database) -> None:
        box, clock = limited(db), FrozenClock(NOW)
        lead = await box.person()
        await box.put(lead.draft("a"))
        both = Which(Scope.GLOBAL), Which(Scope.NUMBER, OURS)
        for which in both:
            await switch_on(db, PUBLIC, clock, which, actor="ada")
        assert await switch_off(db, PUBLIC, clock, both[0], actor="ada") == 0
        assert await box.claim(NOW + SECOND) == []
        assert await switch_off(db, PUBLIC, clock, both[1], actor="ada") == 1
        assert len(await box.claim(NOW + SECOND)) == 1

    with_db(dsn, story)


async def talk(box: Outbox, person: Person) -> Conversation:
    async with box.db.transaction() as tx:
        conversation = await conversations.get(tx, client_id=person.client_id, channel="sms", phone=person.phone)
    assert conversation is not None
    return conversation


async def turn(box: Outbox, person: Person, number: int, *bodies: str, at: datetime) -> None:
    """One turn of a conversation: the desk says this."""
    event = Event(number, at, "twilio_sms", f"SM{number}", "lane", person.client_id, f"turn {number}", {}, 1)
    cause = Cause(event, await talk(box, person), "twilio", "UTC", at)
    says_all = [Say(body, "question", body, ordinal) for ordinal, body in enumerate(bodies)]
    async with box.db.transaction() as tx:
        assert len(await apply(tx, cause, says_all, now=at, settings=box.settings)) == len(bodies)


def test_of_deferred_replies_the_newest_turn_goes_and_with_all_its_parts(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await turn(box, lead, 1, "hello", at=NOW)
        (one,) = await box.claim()
        await box.go(one)
        await turn(box, lead, 2, "old a", "old b", at=NOW + SECOND)
        await turn(box, lead, 3, "new a", "new b", at=NOW + SECOND * 2)
        assert await box.claim(NOW + SECOND * 59) == []
        assert {body: state for body, state in (await states(box)).items() if state[0] != "SENT"} == {
            "old a": ("BLOCKED", "replaced"),
            "old b": ("BLOCKED", "replaced"),
            "new a": ("PENDING", "too_soon"),
            "new b": ("PENDING", "too_soon"),
        }
        went = []
        for minute in (1, 2):
            (one,) = await box.claim(NOW + MINUTE * minute)
            await box.go(one)
            went.append(one.body)
            assert await box.claim(NOW + MINUTE * minute + SECOND) == []
        assert went == ["new a", "new b"]
        shown = await box.rows("SELECT body, blocked_reason FROM messages WHERE status = 'blocked' ORDER BY id")
        assert [tuple(row) for row in shown] == [("old a", "replaced"), ("old b", "replaced")]

    with_db(dsn, story)


def test_a_refused_reply_replaces_nothing(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db, replies_per_day=2)
        lead = await box.person()
        await turn(box, lead, 1, "hello", at=NOW)
        (one,) = await box.claim()
        await box.go(one)
        await turn(box, lead, 2, "deferred", at=NOW + SECOND)
        await box.run("UPDATE conversations SET bot_paused_at = %(at)s", at=NOW)
        await turn(box, lead, 3, "refused", at=NOW + SECOND * 2)
        await box.run("UPDATE conversations SET bot_paused_at = NULL")
        (one,) = await box.claim(NOW + MINUTE)
        assert one.body == "deferred"
        assert (await states(box))["refused"] == ("BLOCKED", "bot_paused")

    with_db(dsn, story)


def test_what_is_scheduled_holds_up_nobody_and_goes_at_its_time(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        assert await box.put_judged(lead.draft("tomorrow", MANUAL, available_at=NOW + DAY))
        assert await box.put_judged(lead.draft("now", MANUAL))
        (one,) = await box.claim()
        assert one.body == "now"
        await box.go(one)
        assert await box.claim(NOW + DAY - SECOND) == []
        assert await box.next_due(NOW + DAY - SECOND) == NOW + DAY
        (one,) = await box.claim(NOW + DAY)
        assert one.body == "tomorrow"

    with_db(dsn, story)


@pytest.mark.parametrize(
    ("what", "now"), [("night", NOW.replace(hour=3)), ("just written to", NOW), ("a full day", NOW.replace(hour=18))]
)
def test_what_holds_now_neither_hastens_nor_ends_what_is_scheduled_for_tomorrow(
    dsn: str, what: str, now: datetime
) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        box.settings = box.settings.model_copy(update={"quiet": type(box.settings.quiet)()})
        lead = await box.person(timezone="America/New_York")
        sent = {"n": 5 if what == "a full day" else 1, "reset": NOW + DAY / 2, "at": now if what != "night" else None}
        await box.run(
            "UPDATE leads SET last_sms_at = %(at)s, sms_count_today = %(n)s, sms_count_reset_at = %(reset)s", **sent
        )
        tomorrow = NOW + DAY + timedelta(hours=3)  # early in the afternoon at the lead
        verdict = await box.put_judged(lead.draft("step", UNPROMPTED, available_at=tomorrow), at=now)
        assert not isinstance(verdict, Wait) or verdict.until >= tomorrow
        (row,) = await box.rows()
        assert (row.status, row.available_at) == ("PENDING", tomorrow)

    with_db(dsn, story)


def test_a_claim_that_was_taken_back_starts_and_settles_nothing(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        await box.put(draft("a"))
        (late,) = await box.claim()
        async with db.transaction() as tx:
            await outbox.lapse(tx, NOW + DAY, NOW + DAY)
        (holder,) = await box.claim(NOW + DAY)
        assert await box.start(late, NOW + DAY) is None
        assert not await box.sent(late, NOW + DAY)
        assert await box.go(holder) is not None

    with_db(dsn, story)


async def shut(box: Outbox, account: str) -> None:
    """The account failed so often that one message may try it from `NOW` on."""
    async with box.db.transaction() as tx:
        for _ in range(FAILURES):
            await circuits.note(tx, account, Sign.FAILING, "down", NOW - MINUTE)


def test_an_account_that_has_nothing_to_send_keeps_no_other_from_being_tried(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        for account in ("another", "twilio"):
            await shut(box, account)
        await box.put(draft("a"))
        assert [one.body for one in await box.claim()] == ["a"]

    with_db(dsn, story)


def test_a_try_that_is_stopped_before_it_starts_leaves_the_account_to_the_next(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await shut(box, "twilio")
        await box.put(lead.draft("a"), draft("b", to="+1b", sender="+1x"))
        (trying,) = await box.claim()
        assert trying.body == "a"
        await says(box, lead, "opt_out")
        assert await box.start(trying, NOW + SECOND) is None
        assert [one.body for one in await box.claim(NOW + SECOND)] == ["b"]

    with_db(dsn, story)
