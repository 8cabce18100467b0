"""Signed events of Stripe over HTTP, in every order and twice, and what they make of `clients.payment_active`."""

import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from frontdesk.providers.stripe_signature import sign
from frontdesk.testing import RunningDesk, running_desk, scratch_settings

SECRET = "whsec_of_the_test_endpoint"
BEGIN = 1_795_190_400
Event = dict[str, Any]

_numbers = itertools.count(1)


def event(kind: str, made: dict[str, Any], second: int = 0, **more: Any) -> Event:
    return {
        "id": f"evt_{next(_numbers):024}",
        "object": "event",
        "created": BEGIN + second,
        "livemode": True,
        "type": kind,
        "data": {"object": made},
        **more,
    }


def checkout(client: object, second: int = 0, *, sub: str | None = "sub_1", paid: str = "paid", **more: Any) -> Event:
    session = {
        "object": "checkout.session",
        "id": f"cs_{sub or 'single'}",
        "mode": "subscription" if sub else "payment",
        "payment_status": paid,
        "client_reference_id": str(client) if client is not None else None,
        "customer": "cus_1" if sub else None,
        "subscription": sub,
        "payment_intent": None if sub else "pi_single",
        "amount_total": 4900,
        "currency": "usd",
        **more,
    }
    return event("checkout.session.completed", session, second)


def invoice(kind: str, second: int = 0, *, sub: str = "sub_1", customer: str = "cus_1", **more: Any) -> Event:
    made = {
        "object": "invoice",
        "id": f"in_{second}_{kind}",
        "customer": customer,
        "parent": {"subscription_details": {"subscription": sub, "metadata": {}}},
        "billing_reason": "subscription_cycle",
        "amount_paid": 4900 if kind == "paid" else 0,
        "amount_due": 4900,
        "currency": "usd",
        "next_payment_attempt": None,
        **more,
    }
    return event(f"invoice.{kind}", made, second)


def subscription(
    kind: str, status: str, second: int = 0, *, sub: str = "sub_1", customer: str = "cus_1", **more: Any
) -> Event:
    made = {"object": "subscription", "id": sub, "customer": customer, "status": status, "metadata": {}, **more}
    return event(f"customer.subscription.{kind}", made, second)


@asynccontextmanager
async def open_desk(dsn: str, **changes: Any) -> AsyncIterator["Payers"]:
    async with (
        running_desk(dsn, settings=scratch_settings(stripe_webhook_secret=f"whsec_next,{SECRET}", **changes)) as desk,
        httpx2.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        yield Payers(desk, http)


class Payers:
    """Stripe, as the desk sees it."""

    def __init__(self, desk: RunningDesk, http: httpx2.AsyncClient) -> None:
        self.desk = desk
        self._http = http

    async def post(self, made: Event, *, times: int = 1) -> None:
        for _ in range(times):
            body, now = json.dumps(made, indent=2).encode(), int(time.time())
            header = {"stripe-signature": f"t={now},v1={sign(body, SECRET, now)}"}
            answer = await self._http.post(f"{self.desk.base_url}/webhooks/stripe", content=body, headers=header)
            assert (answer.status_code, answer.json()) == (200, {"received": True})

    async def tell(self, *events: Event) -> None:
        """Post events one after another, each handled before the next."""
        for one in events:
            await self.post(one)
            await self.desk.settled()

    async def client(self, *, active: bool = False) -> int:
        (row,) = await self.desk.rows(
            "INSERT INTO clients (name, payment_active) VALUES ('Bo', %(active)s) RETURNING id", active=active
        )
        return int(row.id)

    async def active(self, client_id: int) -> bool:
        (row,) = await self.desk.rows("SELECT payment_active FROM clients WHERE id = %(id)s", id=client_id)
        return bool(row.payment_active)

    async def turn(self, client_id: int, active: bool) -> None:
        await self.desk.rows(
            "UPDATE clients SET payment_active = %(active)s WHERE id = %(id)s RETURNING id", id=client_id, active=active
        )

    async def forget(self) -> None:
        """Begin anew: no payment is known, and the ids of events are forgotten."""
        for table in ("client_payments", "client_standings", "processed_webhooks"):
            await self.desk.rows(f"WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone")


def begin(client: int) -> Sequence[Event]:
    """A subscription begins: five events of one second and one of the next."""
    return (
        subscription("created", "incomplete"),
        invoice("paid", billing_reason="subscription_create"),
        subscription("updated", "active"),
        checkout(client),
        event("payment_intent.succeeded", {"object": "payment_intent", "id": "pi_1", "customer": "cus_1"}),
    )


STORIES = {
    "it begins": (begin, True),
    "it is renewed after a failure": (
        lambda client: (
            checkout(client),
            invoice("payment_failed", 100, next_payment_attempt=BEGIN + 999),
            subscription("updated", "past_due", 100),
            invoice("paid", 200),
            subscription("updated", "active", 200),
        ),
        True,
    ),
    "it is given up": (
        lambda client: (
            checkout(client),
            invoice("payment_failed", 100, next_payment_attempt=BEGIN + 999),
            invoice("payment_failed", 200),
            subscription("updated", "unpaid", 200),
        ),
        False,
    ),
    "it ends, and an update of before comes late": (
        lambda client: (
            checkout(client),
            subscription("updated", "past_due", 100),
            subscription("deleted", "canceled", 200),
            invoice("paid", 90),
        ),
        False,
    ),
    "it ends, and another begins": (
        lambda client: (
            checkout(client),
            subscription("deleted", "canceled", 200),
            subscription("created", "active", 300, sub="sub_2"),
            invoice("paid", 300, sub="sub_2"),
        ),
        True,
    ),
    "a single payment is given back": (
        lambda client: (
            checkout(client, sub=None),
            event("charge.refunded", _charge(2000, False), 50),
            event("charge.refunded", _charge(4900, True), 90),
        ),
        False,
    ),
    "a bank debit comes": (
        lambda client: (
            checkout(client, sub=None, paid="unpaid"),
            event(
                "checkout.session.async_payment_succeeded",
                {**checkout(client, sub=None)["data"]["object"]},
                86_400,
            ),
        ),
        True,
    ),
}


def _charge(refunded: int, full: bool) -> dict[str, Any]:
    return {
        "object": "charge",
        "id": "ch_1",
        "customer": None,
        "payment_intent": "pi_single",
        "amount_refunded": refunded,
        "refunded": full,
        "currency": "usd",
    }


@pytest.mark.parametrize("name", STORIES)
def test_a_story_ends_alike_in_every_order_and_with_every_event_twice(name: str, dsn: str) -> None:
    asyncio.run(in_every_order(name, dsn))


async def in_every_order(name: str, dsn: str) -> None:
    story, active = STORIES[name]
    async with open_desk(dsn) as payers:
        client = await payers.client(active=not active)
        events = story(client)
        orders = list(itertools.permutations(events))
        for order in random.Random(7).sample(orders, min(len(orders), 10)):
            await payers.turn(client, not active)
            doubled = [one for made in order for one in (made, made)]
            for made in doubled:
                await payers.post(made)
            await payers.desk.settled()
            assert await payers.active(client) is active, [made["type"] for made in order]
            duplicates = await payers.desk.rows("SELECT sum(duplicate_count)::int AS n FROM processed_webhooks")
            assert duplicates[0].n == len(events)
            await payers.forget()


def test_what_a_person_turns_holds_until_a_newer_event(dsn: str) -> None:
    async def story() -> None:
        async with open_desk(dsn) as payers:
            client = await payers.client()
            first = checkout(client, 100)
            await payers.tell(first)
            assert await payers.active(client)
            await payers.turn(client, False)
            await payers.tell(first, invoice("paid", 50), subscription("updated", "active", 100))
            assert not await payers.active(client)  # again, older, of the same second: the hand holds
            await payers.tell(invoice("paid", 101))
            assert await payers.active(client)
            await payers.tell(subscription("deleted", "canceled", 200))
            assert not await payers.active(client)
            await payers.turn(client, True)
            await payers.tell(invoice("paid", 150))
            assert await payers.active(client)

    asyncio.run(story())


def test_a_payment_of_nobody_is_kept_and_counts_once_it_is_known_whose_it_is(dsn: str) -> None:
    async def story() -> None:
        async with open_desk(dsn) as payers:
            client = await payers.client()
            await payers.tell(invoice("paid", 10), checkout("job-42", 11, sub=None), checkout(999_999, 5))
            rows = await payers.desk.rows("SELECT payment_ref, client_id, state FROM client_payments ORDER BY 1")
            assert rows == [("pi_single", None, "active"), ("sub_1", None, "active")]
            assert await payers.desk.rows("SELECT 1 FROM dead_letters") == []
            assert not await payers.active(client)
            await payers.tell(subscription("updated", "active", 20, metadata={"client_id": str(client)}))
            assert await payers.active(client)

    asyncio.run(story())


def test_of_two_clients_with_one_customer_each_has_its_own_subscription(dsn: str) -> None:
    async def story() -> None:
        async with open_desk(dsn) as payers:
            one, other = await payers.client(), await payers.client()
            await payers.tell(checkout(one, 1), invoice("paid", 2, sub="sub_2"), checkout(other, 3, sub="sub_2"))
            assert (await payers.active(one), await payers.active(other)) == (True, True)
            await payers.tell(subscription("deleted", "canceled", 9, sub="sub_1"))
            assert (await payers.active(one), await payers.active(other)) == (False, True)
            await payers.tell(invoice("paid", 10, sub="sub_3"))  # of one of both, and nobody knows of which
            rows = await payers.desk.rows("SELECT client_id FROM client_payments WHERE payment_ref = 'sub_3'")
            assert rows == [(None,)]

    asyncio.run(story())


def test_while_a_renewal_is_tried_again_the_client_is_served_or_not_as_set(dsn: str) -> None:
    async def story() -> None:
        async with open_desk(dsn, payments={"while_retrying": False}) as payers:
            client = await payers.client()
            await payers.tell(checkout(client))
            await payers.tell(invoice("payment_failed", 100, next_payment_attempt=BEGIN + 999))
            assert not await payers.active(client)

    asyncio.run(story())


def test_what_is_no_payment_to_us_is_acknowledged_and_changes_nothing(dsn: str) -> None:
    async def story() -> None:
        async with open_desk(dsn) as payers:
            client = await payers.client()
            await payers.tell(
                {**checkout(client), "livemode": False},
                {**checkout(client), "account": "acct_of_somebody_else"},
                event("product.created", {"object": "product", "id": "prod_1"}),
                {
                    "id": "evt_thin",
                    "object": "v2.core.event",
                    "type": "invoice.paid",
                    "created": "2026-11-20T16:00:00Z",
                },
                {"id": "evt_bare"},
                checkout(client, mode="setup", paid="no_payment_required"),
            )
            assert not await payers.active(client)
            assert await payers.desk.rows("SELECT 1 FROM client_payments") == []
            assert await payers.desk.rows("SELECT status FROM webhook_events GROUP BY 1") == [("done",)]

    asyncio.run(story())


def test_an_event_that_counts_and_cannot_be_read_is_a_dead_letter_that_says_why(dsn: str) -> None:
    async def story() -> None:
        async with open_desk(dsn) as payers:
            await payers.tell({**invoice("paid"), "created": None})
            (letter,) = await payers.desk.rows("SELECT error FROM dead_letters")
            assert letter.error.startswith("The invoice.paid event from Stripe has no time.")
            assert "frontdesk events show" in letter.error

    asyncio.run(story())


def test_an_unpaid_client_sends_nothing_and_a_paid_one_does(dsn: str) -> None:
    async def story() -> None:
        async with open_desk(dsn) as payers:
            desk = payers.desk
            (row,) = await desk.rows("SELECT id FROM clients")
            await payers.tell(checkout(row.id), subscription("deleted", "canceled", 10))
            await desk.text("Hi")
            await desk.settled()
            assert [text.body for text in desk.carrier.sent] == []
            assert await desk.rows("SELECT reason FROM outbound_message_log") == [("client_unpaid",)]
            await payers.tell(checkout(row.id, 20, sub="sub_2"))
            await desk.text("Hello?")
            await desk.settled()
            assert len(desk.carrier.sent) == 1

    asyncio.run(story())
