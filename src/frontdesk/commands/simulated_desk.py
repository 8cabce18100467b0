"""The scratch desk of `frontdesk simulate`: the real one in a schema of its own, on a clock that is moved by hand.

Its webhooks and its carrier are called in this process, through the same ASGI apps that listen on sockets elsewhere.
"""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any

import httpx2
from pydantic import SecretStr
from starlette.applications import Starlette

from frontdesk.commands.scratch import scratch_schema
from frontdesk.commands.simulated_carrier import MonthCarrier
from frontdesk.commands.simulated_days import Month
from frontdesk.commands.simulated_end import EndState, read_end, rules_of
from frontdesk.commands.simulated_people import make_people
from frontdesk.commands.simulated_promises import broken_promises
from frontdesk.db.clock import VirtualClock
from frontdesk.db.pool import Bucket
from frontdesk.desk import Desk
from frontdesk.setting_model import ModelSettings
from frontdesk.setting_parts import SenderSettings
from frontdesk.settings import Settings
from frontdesk.simulator.server import simulator_app
from frontdesk.web.hooks import hook_routes

__all__ = ["START", "Outcome", "simulate_days"]

START = datetime(2026, 10, 10, tzinfo=UTC)
"""The clocks change in Europe and in the US within the thirty days after it."""

_NUMBER = "+12025550100"
_DESK, _CARRIER = "http://desk.simulated", "http://carrier.simulated"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a simulation came to. `broken` names each promise that was not kept."""

    days: int
    people: int
    seed: int
    seconds: float
    moments: int
    texts_in: int
    texts_out: int
    opt_outs: int
    bookings: int
    end: EndState
    broken: list[str]
    spent: Mapping[str, float]


async def simulate_days(
    settings: Settings,
    dsn: str,
    *,
    days: int,
    people: int,
    seed: int,
    start: datetime = START,
    on_day: Callable[[int], None] | None = None,
) -> Outcome:
    """Let so many virtual days pass at a desk with these settings; its schema is gone afterwards."""
    began = perf_counter()
    async with _month(settings, dsn, make_people(people, seed, start, days), start) as month:
        passed = (lambda day: on_day((day - start).days)) if on_day is not None else None
        await month.run(start + timedelta(days=days), on_day=passed)
        end = await read_end(month.desk.db, month.desk.bucket)
        judged = end.judged(month.people, month.carrier.taken, month.clock.now(), month.desk.settings.tz)
        broken = broken_promises(judged, rules_of(month.desk.settings))
        broken += [f"not handled: {row.error}" for row in end.dead_letters]
        return Outcome(
            days=days,
            people=people,
            seed=seed,
            seconds=perf_counter() - began,
            moments=month.moments,
            texts_in=sum(len(act.bodies) for person in month.people for act in person.acts),
            texts_out=len(month.carrier.taken),
            opt_outs=len({row.address for row in end.consents if row.kind == "opt_out"}),
            bookings=len(end.bookings),
            end=end,
            broken=broken,
            spent=dict(month.spent),
        )


@contextlib.asynccontextmanager
async def _month(settings: Settings, dsn: str, people: list[Any], start: datetime) -> AsyncIterator[Month]:
    clock, secret = VirtualClock(start), secrets.token_hex(16)
    sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    app = Starlette()
    to_desk = httpx2.ASGITransport(app=app)
    carrier = MonthCarrier(sid, token, now=clock.now, transport=to_desk)
    bucket = Bucket(f"simulate_{secrets.token_hex(4)}")
    desk = Desk(_settings(settings, sid, token, secret), dsn, clock=clock, bucket=bucket)
    async with contextlib.AsyncExitStack() as house:
        house.push_async_callback(desk.close)
        house.push_async_callback(carrier.aclose)
        await house.enter_async_context(scratch_schema(desk))
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
