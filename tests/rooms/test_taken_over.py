"""A person takes over at any moment on a text's way out: nothing of the bot's goes after that, and what they write does."""

import pytest
from scratch import with_db
from sending import NOW, SECOND, Outbox, Person, counted, limited, states

from frontdesk.db.pool import PUBLIC, Database
from frontdesk.effects import SendClass
from frontdesk.steps.taking_over import release, take_over
from frontdesk.testing import FrozenClock

REPLY, UNPROMPTED, MANUAL = SendClass.REPLY, SendClass.UNPROMPTED, SendClass.MANUAL


async def taken(box: Outbox, lead: Person) -> None:
    await take_over(box.db, PUBLIC, FrozenClock(NOW), lead.conversation_id, actor="ada")


@pytest.mark.parametrize("send_class", [REPLY, UNPROMPTED])
def test_taken_over_between_put_and_claim_wins(dsn: str, send_class: SendClass) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await box.put(lead.draft("a", send_class))
        await taken(box, lead)
        assert await box.claim() == []
        assert await states(box) == {"a": ("BLOCKED", "bot_paused")}

    with_db(dsn, story)


@pytest.mark.parametrize("send_class", [REPLY, UNPROMPTED])
def test_taken_over_between_claim_and_start_wins_and_the_count_is_given_back(dsn: str, send_class: SendClass) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await box.put(lead.draft("a", send_class))
        (one,) = await box.claim()
        await taken(box, lead)
        assert await box.start(one, NOW + SECOND) is None
        assert await states(box) == {"a": ("BLOCKED", "bot_paused")}
        assert await counted(box) == (None, 0)

    with_db(dsn, story)


def test_what_the_person_writes_goes_and_what_was_blocked_stays_so_after_the_release(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead = await box.person()
        await box.put(lead.draft("bot"), lead.draft("person", MANUAL))
        await taken(box, lead)
        assert await box.claim() == []  # the bot's own was before it
        (one,) = await box.claim()
        assert one.body == "person"
        assert await box.go(one)
        await release(db, PUBLIC, FrozenClock(NOW), lead.conversation_id, actor="ada")
        assert await box.claim(NOW + SECOND * 90) == []
        assert (await states(box))["bot"] == ("BLOCKED", "bot_paused")

    with_db(dsn, story)


def test_another_leads_conversation_is_not_touched(dsn: str) -> None:
    async def story(db: Database) -> None:
        box = limited(db)
        lead, other = await box.person(), await box.person("+12025550144")
        await taken(box, lead)
        await box.put(other.draft("a"))
        (one,) = await box.claim()
        assert await box.go(one)

    with_db(dsn, story)
