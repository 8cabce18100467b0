"""Owners, payments and calls, as a desk that onboards by text sees them."""

import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2

from frontdesk.providers.stripe_signature import sign as sign_stripe
from frontdesk.steps.take_up import take_up
from frontdesk.testing import FrozenClock, RunningDesk, running_desk, scratch_settings

__all__ = ["ANSWERS", "ONBOARDING", "OWNER", "Owners", "owners"]

ONBOARDING = "+12025550190"
OWNER = "+12025550111"
STRIPE = "whsec_of_the_test_endpoint"
ANSWERS = ("Hi", "Bo's Drains", "drains, leaks", "Springfield and Shelbyville", "Mon-Fri 8-5, Sat 9-1")


class Owners:
    """The desk, and how owners reach it."""

    def __init__(self, desk: RunningDesk, http: httpx2.AsyncClient) -> None:
        self.desk = desk
        self._http = http
        self._events = 0

    async def text(self, *bodies: str, owner: str = OWNER, **more: Any) -> None:
        """An owner texts, each text handled before the next."""
        for body in bodies:
            await self.desk.text(body, lead=owner, number=ONBOARDING, **more)
            await self.desk.settled()

    async def pass_by(self) -> int:
        """One pass of the scheduler over onboarding, and what it put is sent."""
        parts = self.desk.desk
        done = await take_up(parts.db, parts.bucket, parts.clock, parts.settings)
        await self.desk.settled()
        return done

    async def pay(self, client_id: int, *, times: int = 1) -> None:
        """Stripe tells of a paid checkout that was begun by the client's own link."""
        self._events += 1
        session = {
            "object": "checkout.session",
            "id": f"cs_{client_id}",
            "mode": "subscription",
            "payment_status": "paid",
            "client_reference_id": str(client_id),
            "customer": f"cus_{client_id}",
            "subscription": f"sub_{client_id}",
            "amount_total": 4900,
            "currency": "usd",
        }
        event = {
            "id": f"evt_{client_id:012}{self._events:012}",
            "object": "event",
            "created": 1_795_190_400 + self._events,
            "livemode": True,
            "type": "checkout.session.completed",
            "data": {"object": session},
        }
        body = json.dumps(event, indent=2).encode()
        for _ in range(times):
            now = int(time.time())
            header = {"stripe-signature": f"t={now},v1={sign_stripe(body, STRIPE, now)}"}
            answer = await self._http.post(f"{self.desk.base_url}/webhooks/stripe", content=body, headers=header)
            assert answer.status_code == 200
        await self.desk.settled()

    async def call(self, number: str, caller: str = OWNER) -> None:
        """A phone calls a number of ours, through Twilio."""
        status, _ = await self.desk.carrier.call(caller, number)
        assert status == 200
        await self.desk.settled()

    async def add(self, *numbers: str) -> None:
        """Put numbers into the pool by hand, as operators do; the carrier has them too."""
        for number in numbers:
            self.desk.carrier.numbers.append(number)
            await self.sql("INSERT INTO twilio_number_pool (phone_e164, status) VALUES (%(n)s, 'AVAILABLE')", n=number)

    async def sql(self, statement: str, **params: Any) -> None:
        """What a person writes by hand."""
        async with self.desk.desk.db.transaction() as tx:
            await tx.run(statement, params or None)

    async def row(self, owner: str = OWNER) -> Any:
        """The client of an owner, with where it stands."""
        rows = await self.desk.rows(
            "SELECT c.*, s.*, p.phone_e164 AS number FROM clients c JOIN onboarding_states s ON s.client_id = c.id "
            "LEFT JOIN twilio_number_pool p ON p.client_id = c.id AND p.status = 'ASSIGNED' WHERE c.phone_number = %(o)s",
            o=owner,
        )
        (row,) = rows
        return row

    def heard(self, owner: str = OWNER) -> list[str]:
        """The texts that an owner got, oldest first."""
        return [one.body for one in self.desk.carrier.sent if one.to == owner]

    async def alerts(self) -> Sequence[Any]:
        """The alerts that are open."""
        return await self.desk.rows("SELECT * FROM alerts WHERE resolved_at IS NULL ORDER BY alert_type")


@asynccontextmanager
async def owners(
    dsn: str, clock: FrozenClock | None = None, *, roles: Sequence[str] = ("worker",), **changes: Any
) -> AsyncIterator[Owners]:
    """A desk that onboards; without the role of scheduler, a pass is made only when the test says so."""
    link = {"payment_link": "https://buy.stripe.example/abc"}
    onboarding = {**link, **changes.pop("onboarding", {})}
    settings = scratch_settings(
        onboarding_number=ONBOARDING,
        stripe_webhook_secret=STRIPE,
        onboarding=onboarding,
        tz="America/New_York",
        **changes,
    )
    async with (
        running_desk(dsn, settings=settings, clock=clock, roles=roles) as desk,
        httpx2.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        desk.carrier.numbers.append(ONBOARDING)
        yield Owners(desk, http)
