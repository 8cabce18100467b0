"""The scratch desk of `frontdesk simulate`: the real one in a database of its own, on a clock that is moved by hand.

Its webhooks and its carrier are called in this process, through the same ASGI apps that listen on sockets elsewhere.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette

from frontdesk.commands.simulated_carrier import MonthCarrier
from frontdesk.commands.simulated_days import Month
from frontdesk.commands.simulated_end import read_end, rules_of
from frontdesk.commands.simulated_outcome import Outcome
from frontdesk.commands.simulated_people import Person
from frontdesk.commands.simulated_promises import broken_promises
from frontdesk.db.clock import VirtualClock
from frontdesk.desk import Desk
from frontdesk.setting_model import ModelSettings
from frontdesk.setting_parts import SenderSettings
from frontdesk.settings import Settings
from frontdesk.simulator.server import simulator_app
from frontdesk.web.hooks import hook_routes

__all__ = ["START", "simulate_desk"]

START = datetime(2026, 10, 10, tzinfo=UTC)
"""The clocks change in Europe and in the US within the thirty days after it."""

_NUMBER = "+12025550100"
_CONNECTIONS = 4  # each plans every statement anew, and little of a month happens at once
_DESK, _CARRIER = "http://desk.simulated", "http://carrier.simulated"


async def simulate_desk(
    settings: Settings,
    dsn: str,
    people: Sequence[Person],
    *,
    days: int,
    on_day: Callable[[int], None] | None = None,
) -> Outcome:
    """Let so many virtual days pass at a desk to which these people write, in an empty database."""
    began = process_time()
    async with _month(settings, dsn, people) as month:
        passed = (lambda day: on_day((day - START).days)) if on_day is not None else None
        await month.run(START + timedelta(days=days), on_day=passed)
        end = await read_end(month.desk.db, month.desk.bucket)
        judged = end.judged(month.people, month.carrier.taken, month.clock.now(), month.desk.settings.tz)
        broken = broken_promises(judged, rules_of(month.desk.settings)) + end.not_handled(month.texts_in)
        totals = {
            "people": len(people),
            "moments": month.moments,
            "texts_in": month.texts_in,
            "texts_out": len(month.carrier.taken),
            "delivered_twice": month.delivered_twice,
            "opt_outs": len({row.address for row in end.consents if row.kind == "opt_out"}),
            "bookings": len(end.bookings),
            "hand_overs": end.hand_overs,
            "expired": sum(row.closed_reason is not None for row in end.leads),
        }
        return Outcome(totals, end.counts(), end.digest, broken, dict(month.spent), process_time() - began)


@contextlib.asynccontextmanager
async def _month(settings: Settings, dsn: str, people: Sequence[Person]) -> AsyncIterator[Month]:
    clock, secret = VirtualClock(START), secrets.token_hex(16)
    sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    app = Starlette()
    to_desk = httpx2.ASGITransport(app=app)
    carrier = MonthCarrier(sid, token, now=clock.now, transport=to_desk)
    desk = Desk(_settings(settings, sid, token, secret), dsn, clock=clock, connections=_CONNECTIONS)
    async with contextlib.AsyncExitStack() as house:
        house.push_async_callback(desk.close)
        house.push_async_callback(carrier.aclose)
        await desk.open()
        desk.use_twilio(public_base=_DESK, transport=httpx2.ASGITransport(app=simulator_app(carrier)))
        desk.use_vapi()
        app.router.routes.extend(hook_routes(desk))
        carrier.hooks.sms_url = f"{_DESK}/webhooks/twilio/sms"
        await desk.serve_first_client(_NUMBER)
        yield Month(desk, clock, carrier, people, _NUMBER, f"{_DESK}/vapi-webhook", secret, to_desk)


def _settings(settings: Settings, sid: str, token: str, secret: str) -> Settings:
    """The desk's own texts, questions, sequences and limits, with made-up accounts and no language model."""
    made_up: Mapping[str, Any] = {
        "twilio_account_sid": sid,
        "twilio_auth_token": SecretStr(token),
        "twilio_api_base": _CARRIER,
        "twilio_number": _NUMBER,
        "vapi_secret": SecretStr(secret),
        "public_url": None,
        "admin_phone": None,
        "openai_model": None,
        "openai_api_key": None,
        "openai_base_url": None,
        "model": ModelSettings(),
        "whatsapp_token": None,
        "sender": SenderSettings(per_second=1e7, per_minute=6e8),  # a number's pace is real seconds, see the docs
    }
    return settings.model_copy(update=dict(made_up))
