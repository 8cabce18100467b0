"""A person takes over: the lead and the business are told, and the bot is silent until it is released."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from frontdesk.testing import LEAD, RunningDesk, running_desk, scratch_settings

OPERATOR = "+12025550199"
PAUSED = "SELECT bot_paused_at IS NOT NULL AS paused, bot_paused_why AS why FROM conversations"


def at_desk(dsn: str, story: Callable[[RunningDesk], Awaitable[None]], **changes: object) -> None:
    async def run() -> None:
        async with running_desk(dsn, settings=scratch_settings(admin_phone=OPERATOR, **changes)) as desk:
            await story(desk)

    asyncio.run(run())


def told(desk: RunningDesk, whom: str) -> list[str]:
    return [sent.body for sent in desk.carrier.sent if sent.to == whom]


@pytest.mark.parametrize(
    ("text", "why", "words", "notice"),
    [
        ("Can I talk to a real person please", "asked", "Of course.", "asks for a person"),
        ("HELP there is a gas leak in my kitchen", "emergency", "This sounds urgent.", "may have an EMERGENCY"),
    ],
)
def test_the_lead_and_the_business_are_told_and_the_bot_is_silent(
    dsn: str, text: str, why: str, words: str, notice: str
) -> None:
    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "Ada Lovelace", text, "are you there?"):
            await desk.text(body)
            await desk.settled()
        assert told(desk, LEAD)[-1].startswith(words)
        assert len(told(desk, LEAD)) == 3
        (said,) = told(desk, OPERATOR)
        assert f"Ada Lovelace, {LEAD}, {notice}" in said
        assert text in said
        (state,) = await desk.rows(PAUSED)
        assert (state.paused, state.why) == (True, why)
        (fields,) = await desk.rows("SELECT known_fields FROM conversations")
        # A wish for a person answers nothing; an emergency is what they need.
        assert set(fields.known_fields) == ({"name"} if why == "asked" else {"name", "service"})
        (ended,) = await desk.rows("SELECT DISTINCT end_reason FROM sequence_enrolments")
        assert ended.end_reason == "reply"
        await desk.rows("UPDATE conversations SET bot_paused_at = NULL RETURNING id")
        await desk.text("a leaking tap")
        await desk.settled()
        assert told(desk, LEAD)[-1] == "Anything we should know, such as the address or a good time?"

    at_desk(dsn, story)


def test_twice_not_understood_gets_a_person(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "12345", "67890"):
            await desk.text(body)
            await desk.settled()
        assert told(desk, LEAD)[-1].startswith("Sorry, I'm not getting this right.")
        assert "was not understood twice" in told(desk, OPERATOR)[0]
        (state,) = await desk.rows(PAUSED)
        assert (state.paused, state.why) == (True, "not_understood")

    at_desk(dsn, story)


def test_the_business_is_told_of_a_lead_and_once_a_day_of_what_they_write_later(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "Ada", "a tap", "after five", "and bring a ladder", "thanks"):
            await desk.text(body)
            await desk.settled()
        summary, later = told(desk, OPERATOR)
        assert summary == f"New lead for Ada's Plumbing: Ada, {LEAD}. a tap; after five."
        assert later == f'Ada\'s Plumbing: Ada, {LEAD}, wrote: "and bring a ladder"'
        (lead,) = await desk.rows("SELECT sms_count_today FROM leads")
        assert lead.sms_count_today == len(told(desk, LEAD))

    at_desk(dsn, story)


def test_the_number_in_the_clients_settings_is_told_before_its_owner_and_the_operator(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.rows("UPDATE clients SET phone_number = '+12025550155' RETURNING id")
        await desk.text("a person please")
        await desk.settled()
        assert len(told(desk, "+12025550155")) == 1
        other = "+12025550166"
        await desk.rows(
            "UPDATE clients SET settings = jsonb_build_object('hand_over_number', '(202) 555-0177') RETURNING id"
        )
        await desk.text("a person please", lead=other)
        await desk.settled()
        assert len(told(desk, "+12025550177")) == 1
        assert told(desk, OPERATOR) == []

    at_desk(dsn, story)


def test_a_correction_replaces_what_was_known_and_a_persons_edit_stays(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        for body in ("Hi", "Ada Byron", "sorry, my name is Ada Lovelace"):
            await desk.text(body)
            await desk.settled()
        (lead,) = await desk.rows("SELECT first_name, last_name FROM leads")
        assert tuple(lead) == ("Ada", "Lovelace")
        await desk.rows("UPDATE leads SET last_name = 'King' RETURNING id")
        await desk.text("sorry, my name is Ada Noel")
        await desk.settled()
        (lead,) = await desk.rows("SELECT first_name, last_name FROM leads")
        assert lead.last_name == "King"
        heard = await desk.rows("SELECT value, why, accepted, previous FROM readings WHERE field = 'name' ORDER BY id")
        assert [(one.value, one.why, one.previous) for one in heard] == [
            ("Ada Byron", "new", None), ("Ada Lovelace", "newer", "Ada Byron"), ("Ada Noel", "newer", "Ada Lovelace"),
        ]  # fmt: skip
        (flow,) = await desk.rows("SELECT questions FROM flow_versions")
        assert [one["key"] for one in flow.questions] == ["name", "service", "details"]

    at_desk(dsn, story)


def test_a_service_row_gives_the_lead_its_label_and_without_one_the_word_stays(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await desk.rows("INSERT INTO service_types (code, label) VALUES ('plumbing', 'Plumbing') RETURNING id")
        for lead, service in ((LEAD, "Plumbing"), ("+12025550144", "roofing")):
            for body in ("Hi", "Ada", service):
                await desk.text(body, lead=lead)
                await desk.settled()
        rows = await desk.rows("SELECT service_type_enum, service_type_id IS NOT NULL AS has FROM leads ORDER BY id")
        assert [tuple(row) for row in rows] == [("Plumbing", True), ("roofing", False)]

    at_desk(dsn, story)
