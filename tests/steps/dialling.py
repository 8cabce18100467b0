"""Dialpad's side of the tests: events as it posts them, signed with PyJWT's own encoder, over real HTTP."""

import warnings
from datetime import datetime, timedelta
from typing import Any

import httpx2
import jwt

from frontdesk.testing import LEAD, FrozenClock, RunningDesk, scratch_settings

__all__ = ["LINE", "SECRET", "call", "call_rows", "clock_settings", "post", "posted", "signed", "text"]

SECRET = "puppy"
LINE = "+14155550100"
"""A line at Dialpad."""


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def call(state: str, at: datetime, *, call_id: int = 5780678246121500, **more: Any) -> dict[str, Any]:
    """One call event that happened at `at`."""
    began = milliseconds(at - timedelta(seconds=30))
    return {
        "call_id": call_id,
        "state": state,
        "direction": "inbound",
        "external_number": LEAD,
        "internal_number": LINE,
        "date_started": began,
        "date_rang": began + 900,
        "date_connected": None,
        "date_ended": milliseconds(at) if state in ("hangup", "missed") else None,
        "contact": {"phone": LEAD, "name": "Jordan Diaz"},
        "target": {"id": 6651106703015936, "type": "user", "phone": LINE},
        "event_timestamp": milliseconds(at),
        **more,
    }


def text(body: str, at: datetime, **more: Any) -> dict[str, Any]:
    """One inbound text to the line at Dialpad."""
    numbers = {"from_number": LEAD, "to_number": [LINE], "direction": "inbound"}
    return {"id": 5594630430703616, **numbers, "text": body, "event_timestamp": milliseconds(at), **more}


def signed(event: dict[str, Any], secret: str = SECRET) -> bytes:
    """The body that Dialpad posts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the secret is as short as the one of Dialpad's documentation
        return jwt.encode(event, secret, algorithm="HS256").encode()


async def post(desk: RunningDesk, event: dict[str, Any], *, body: bytes | None = None) -> httpx2.Response:
    """Post one event as Dialpad does."""
    async with httpx2.AsyncClient() as http:
        return await http.post(
            f"{desk.base_url}/webhooks/dialpad", content=body or signed(event), headers={"Content-Type": "text/plain"}
        )


async def posted(desk: RunningDesk, *events: dict[str, Any]) -> None:
    """Post events one after another, each handled before the next."""
    for event in events:
        assert (await post(desk, event)).status_code == 200
        await desk.settled()


async def call_rows(desk: RunningDesk) -> list[Any]:
    """The calls, one row for each however many legs it has."""
    return list(await desk.rows("SELECT * FROM calls WHERE joined_to IS NULL ORDER BY id"))


def clock_settings(**more: Any) -> tuple[FrozenClock, Any]:
    """A clock at noon of a Friday in New York, and the settings of a desk with Dialpad."""
    return FrozenClock(), scratch_settings(dialpad_webhook_secret=SECRET, tz="America/New_York", **more)
