"""Signed lead forms over HTTP: one lead and one text for each, merged by number and by address, nothing wiped."""

import asyncio
import base64
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from frontdesk.providers.standard_webhooks import read_key, sign
from frontdesk.testing import LEAD, NUMBER, FrozenClock, RunningDesk, running_desk, scratch_settings

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
TEXT = "Hi {first_name}, {business} got your request about {service}."
ADA = {"name": "Ada Lovelace", "phone": "(202) 555-0143", "service": "boiler", "consent": True}

_numbers = itertools.count(1)


class Website:
    """A form on a web site, as the desk sees it."""

    def __init__(self, desk: RunningDesk, http: httpx2.AsyncClient) -> None:
        self.desk = desk
        self._http = http

    async def post(
        self,
        form: dict[str, Any],
        *,
        sent_id: str | None = None,
        source: str = "website",
        family: str = "webhook",
        settled: bool = True,
    ) -> None:
        body, at = json.dumps(form).encode(), int(time.time())
        sent_id = sent_id or f"msg_{next(_numbers)}"
        headers = {
            f"{family}-id": sent_id,
            f"{family}-timestamp": str(at),
            f"{family}-signature": sign(read_key(SECRET, "SECRET"), sent_id, at, body),
        }
        answer = await self._http.post(
            f"{self.desk.base_url}/webhooks/leads/{source}", content=body, headers=headers
        )  # fmt: skip
        assert (answer.status_code, answer.json()) == (202, {"status": "received"})
        if settled:
            await self.desk.settled()

    async def leads(self) -> list[Any]:
        return list(
            await self.desk.rows(
                "SELECT first_name, last_name, phone, email, service_type_enum FROM leads ORDER BY created_at, id"
            )
        )

    async def dead(self) -> list[str]:
        return [row.error for row in await self.desk.rows("SELECT error FROM dead_letters ORDER BY id")]

    def sent(self) -> list[tuple[str, str]]:
        return [(text.to, text.body) for text in self.desk.carrier.sent]


@asynccontextmanager
async def website(dsn: str, clock: FrozenClock | None = None, **form: Any) -> AsyncIterator[Website]:
    changes = {name: form.pop(name) for name in ("quiet", "country") if name in form}
    own = {"secret": SECRET, "text": TEXT, **form}
    settings = scratch_settings(forms={"website": own, "other": {"secret": SECRET}}, **changes)
    async with (
        running_desk(dsn, settings=settings, clock=clock) as desk,
        httpx2.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        yield Website(desk, http)


def test_a_form_sent_twice_makes_one_lead_and_one_text(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            await site.post(ADA, sent_id="msg_a")
            await site.post(ADA, sent_id="msg_a", family="svix")
            assert await site.leads() == [("Ada", "Lovelace", LEAD, None, "boiler")]
            assert site.sent() == [(LEAD, "Hi Ada, Ada's Plumbing got your request about boiler.")]
            (row,) = await site.desk.rows(
                "SELECT duplicate_count FROM processed_webhooks WHERE webhook_type = 'lead_form'"
            )
            assert row.duplicate_count == 1
            # Also when its id was forgotten meanwhile: the message's own key holds for ever.
            await site.desk.rows("WITH gone AS (DELETE FROM processed_webhooks RETURNING 1) SELECT count(*) FROM gone")
            await site.post(ADA, sent_id="msg_a")
            assert len(site.sent()) == 1
            assert await site.desk.rows("SELECT count(*) AS n FROM messages WHERE direction = 'inbound'") == [(1,)]

    asyncio.run(story())


def test_what_was_told_stands_in_both_conversations_with_its_source_and_is_not_asked_again(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            await site.post({**ADA, "message": "It leaks", "email": "ada@example.test"})
            rows = await site.desk.rows("SELECT channel, known_fields FROM conversations ORDER BY channel")
            assert [row.channel for row in rows] == ["form", "sms"]
            for row in rows:
                known = row.known_fields
                told = {name: entry["value"] for name, entry in known.items()}
                assert told == {
                    "name": "Ada Lovelace",
                    "phone": LEAD,
                    "service": "boiler",
                    "consent": "yes",
                    "message": "It leaks",
                    "email": "ada@example.test",
                }
                assert {entry["reader"] for entry in known.values()} == {"form:website"}
            (message,) = await site.desk.rows("SELECT body FROM messages WHERE direction = 'inbound'")
            assert "Service: boiler" in message.body.splitlines()
            await site.desk.text("yes please")
            await site.desk.settled()
            asked = site.sent()[-1][1]
            assert "name" not in asked
            assert "Anything we should know" in asked

    asyncio.run(story())


def test_a_person_is_known_again_by_number_and_nothing_is_wiped(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            await site.desk.text("Hello")
            await site.desk.settled()
            await site.post({"name": "Ada", "phone": "+1 202 555 0143", "email": "ada@example.test"})
            await site.post(
                {"name": "Eve Other", "phone": "2025550143", "email": "", "service": "sink"}, source="other"
            )
            assert await site.leads() == [("Ada", None, LEAD, "ada@example.test", "sink")]

    asyncio.run(story())


def test_a_person_is_known_again_by_address_and_then_has_a_number(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            await site.post({"first_name": "Ada", "email": "Ada@Example.test"})
            await site.post({"email": "ada@example.TEST", "last name": "Lovelace"})
            assert await site.leads() == [("Ada", "Lovelace", None, "Ada@Example.test", None)]
            await site.post({**ADA, "email": "ada@example.test"})
            await site.post({"email": "ada@example.test", "service": "sink"})
            assert await site.leads() == [("Ada", "Lovelace", LEAD, "Ada@Example.test", "boiler")]
            assert len(site.sent()) == 1

    asyncio.run(story())


def test_two_who_share_an_address_are_two_leads_each_by_their_number(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            await site.post({"name": "Ada", "phone": "+12025550143", "email": "home@example.test"})
            await site.post({"name": "Charles", "phone": "+12025550144", "email": "home@example.test"})
            assert [(lead.first_name, lead.phone) for lead in await site.leads()] == [
                ("Ada", "+12025550143"),
                ("Charles", "+12025550144"),
            ]

    asyncio.run(story())


def test_forms_of_one_person_that_come_at_once_make_one_lead(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            one, other = {"email": "ada@example.test"}, {"email": "ADA@example.test", "name": "Ada"}
            both = {"email": "ada@example.test", "phone": LEAD}
            forms = [one, other, both, one, other, both, one, other]
            sources = itertools.cycle(("website", "other"))
            posts = [
                site.post(form, source=source, settled=False) for form, source in zip(forms, sources, strict=False)
            ]
            await asyncio.gather(*posts)
            await site.desk.settled()
            assert len(await site.leads()) == 1
            assert await site.dead() == []

    asyncio.run(story())


@pytest.mark.parametrize(
    ("form", "own", "texts"),
    [
        (ADA, {}, 1),
        ({**ADA, "consent": "no"}, {}, 0),
        ({"phone": LEAD}, {}, 0),
        ({"phone": LEAD}, {"text_without_consent": True}, 1),
        (ADA, {"text": ""}, 0),
        ({"email": "ada@example.test", "consent": True}, {}, 0),
    ],
)
def test_a_first_text_goes_where_they_agreed_or_the_setting_says_so(
    form: dict[str, Any], own: dict[str, Any], texts: int, dsn: str
) -> None:
    async def story() -> None:
        async with website(dsn, **own) as site:
            await site.post(form)
            assert len(site.sent()) == texts
            consents = await site.desk.rows("SELECT kind, source, address FROM consents")
            agreed = form.get("consent") is True and "phone" in form
            assert consents == ([("opt_in", "form website", LEAD)] if agreed else [])

    asyncio.run(story())


def test_a_form_does_not_lift_an_opt_out(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            await site.desk.text("STOP")
            await site.desk.settled()
            await site.post(ADA)
            assert [text for text in site.sent() if "your request" in text[1]] == []
            rows = await site.desk.rows(
                "SELECT status, reason FROM outbound_message_log WHERE reply_type = 'form_text'"
            )
            assert rows == [("BLOCKED", "opted_out")]
            assert await site.desk.rows("SELECT kind FROM consents") == [("opt_out",)]

    asyncio.run(story())


def test_at_night_the_first_text_waits_for_the_morning(dsn: str) -> None:
    async def story() -> None:
        night = FrozenClock(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))  # 23:00 in Washington
        async with website(dsn, clock=night, quiet={"start": "21:00", "end": "08:00"}) as site:
            await site.post(ADA)
            (row,) = await site.desk.rows("SELECT status, reason, available_at FROM outbound_message_log")
            assert (row.status, row.reason) == ("PENDING", "quiet_hours")
            assert row.available_at.astimezone(UTC) >= datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
            night.move(hours=10)
            await site.desk.settled()
            assert len(site.sent()) == 1

    asyncio.run(story())


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"type": "invoice.paid", "data": {"id": "inv_1"}}, "(fields found: none)"),
        ({"name": "Ada", "phone": "call me"}, "(fields found: name, phone)"),
    ],
)
def test_a_form_of_nobody_is_a_dead_letter_that_says_how_to_map_it(form: dict[str, Any], says: str, dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            await site.post(form)
            (error,) = await site.dead()
            assert says in error
            assert "[forms.website] fields" in error
            assert await site.leads() == []

    asyncio.run(story())


def test_with_several_clients_the_source_says_which_and_its_country_reads_numbers(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn, client=2) as site:
            await site.post({"email": "ada@example.test"})
            (error,) = await site.dead()
            assert error.startswith("There is no client 2: correct client in [forms.website]")
            await site.desk.rows(
                """INSERT INTO clients (name, payment_active, settings) VALUES ('Bo', true, '{"country": "gb"}')
                RETURNING id"""
            )
            await site.post({"phone": "07700 900123"})
            (row,) = await site.desk.rows("SELECT client_id, phone FROM leads")
            assert (row.client_id, row.phone) == (2, "+447700900123")
            await site.post({"phone": "+447700900124"}, source="other")
            assert "The desk serves no client, or several" in (await site.dead())[-1]

    asyncio.run(story())


def test_a_client_without_a_number_keeps_its_leads_and_texts_nobody(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn, country="US") as site:
            await site.desk.rows("UPDATE twilio_number_pool SET status = 'QUARANTINED' RETURNING 1")
            await site.post(ADA)
            assert await site.leads() == [("Ada", "Lovelace", LEAD, None, "boiler")]
            assert site.sent() == []
            assert await site.dead() == []

    asyncio.run(story())


def test_a_form_posted_as_browsers_do_is_read_too(dsn: str) -> None:
    async def story() -> None:
        async with website(dsn) as site:
            body, at = b"your-name=Ada+Lovelace&your-phone=%28202%29+555-0143&agree=on", int(time.time())
            headers = {
                "content-type": "application/x-www-form-urlencoded",
                "webhook-id": "msg_b",
                "webhook-timestamp": str(at),
                "webhook-signature": sign(read_key(SECRET, "SECRET"), "msg_b", at, body),
            }
            async with httpx2.AsyncClient(trust_env=False) as http:
                url = f"{site.desk.base_url}/webhooks/leads/website"
                assert (await http.post(url, content=body, headers=headers)).status_code == 202
            await site.desk.settled()
            assert await site.leads() == [("Ada", "Lovelace", LEAD, None, None)]
            assert site.sent()[0][0] == LEAD
            assert site.desk.carrier.sent[0].from_ == NUMBER

    asyncio.run(story())
