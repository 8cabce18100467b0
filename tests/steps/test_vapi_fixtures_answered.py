"""The shared deliveries of Vapi posted to a running desk: what it answers, and what is left in the end."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from frontdesk.db.pool import Tx
from frontdesk.testing import FrozenClock, RunningDesk, running_desk, scratch_settings
from frontdesk.tools import ToolCall

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "providers" / "fixtures" / "vapi"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.stem not in ("api-create-call", "signature-vectors"))
pytestmark = pytest.mark.skipif(not NAMES, reason=f"THE SHARED FIXTURES ARE NOT HERE: {FOLDER}")
SCHEMES = {"x-vapi-secret": "secret", "hmac": "hmac"}


def own_tools(desk: RunningDesk, ran: list[str]) -> None:
    """The tools that the fixtures call and the desk does not have itself."""

    async def answers(call: ToolCall, tx: Tx) -> str:
        ran.append(call.request_id.rpartition(":")[2])
        return "Two lines\nof an answer"

    for name in ("check_slot", "get_price", "find_customer", "send_link", "ping"):
        desk.desk.tool(name=name)(answers)  # type: ignore[arg-type]


def check(response: httpx2.Response, expected: dict[str, Any]) -> None:
    """The answer is of the expected kind."""
    status = expected.get("http_status", 200)
    match expected["kind"]:
        case "reject-4xx":
            assert 400 <= response.status_code < 500
        case "not-5xx":
            assert response.status_code < 500
        case "ack-200":
            assert response.status_code == 200
        case "tool-results":
            assert response.status_code == status
            results = response.json()["results"]
            assert [one["toolCallId"] for one in results] == expected["tool_call_ids"]
            assert [one["toolCallId"] for one in results if "error" in one] == expected.get("errors_for", [])
            assert all("\n" not in one.get("result", one.get("error")) for one in results)
        case "function-result":
            assert response.status_code == status
            assert list(response.json()) == ["result"]
        case "assistant":
            assert response.status_code == status
            assert len(response.json().keys() & set(expected["one_of"])) == 1
            assert response.elapsed.total_seconds() < expected["deadline_s"]
        case "transfer-destination":
            assert response.status_code == status
            assert response.json().keys() & {"destination", "error"}
        case kind:
            raise AssertionError(kind)


@pytest.mark.parametrize("name", NAMES)
def test_deliveries_are_answered_as_expected(dsn: str, name: str) -> None:
    fixture: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    config = fixture["config"]
    auth = {"vapi_secret": config["secret"], "vapi": {"auth": SCHEMES[config["auth"]]}}
    settings = scratch_settings(tz="America/Los_Angeles", vapi_assistant_id="a1", **auth)

    async def story() -> None:
        clock, ran = FrozenClock(datetime(2026, 11, 20, 16, tzinfo=UTC)), list[str]()
        async with running_desk(dsn, settings=settings, clock=clock) as desk:
            own_tools(desk, ran)
            desk.desk.registry.providers["vapi"]._now = clock.now  # type: ignore[attr-defined]
            async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
                answers = []
                for delivery in fixture["deliveries"]:
                    request = delivery["request"]
                    url = f"{desk.base_url}{urlsplit(request['url']).path}"
                    answers.append(await http.post(url, content=request["body"].encode(), headers=request["headers"]))
                    check(answers[-1], delivery["expected"]["response"])
                    if delivery["expected"]["response"].get("replayed"):
                        assert answers[-1].content == answers[0].content
            await desk.settled()
            assert await desk.rows("SELECT 1 FROM dead_letters") == []
            final = fixture.get("expected_final", {})
            for call_id, status in final.get("call_status", {}).items():
                (call,) = await desk.rows("SELECT status FROM voice_calls WHERE provider_call_id = %(id)s", id=call_id)
                assert call.status == status
            if "tool_executions" in final:
                assert len(await desk.rows("SELECT 1 FROM bookings")) == 1
            kept = await desk.rows("SELECT request_id, count(*) AS n FROM webhook_events GROUP BY 1")
            assert all(row.n == 1 for row in kept)
            assert not [word for word in ran if ran.count(word) > 1]

    asyncio.run(story())
