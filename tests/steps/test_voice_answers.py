"""What a voice agent hears when things go wrong, and that it hears it once, in time, and the same again."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from jsonschema_rs import Draft202012Validator
from voice import SECRET, agent, at_desk, clock

from frontdesk.db.embedded import EmbeddedPostgres
from frontdesk.db.pool import Tx
from frontdesk.errors import CannotDo, SetupError
from frontdesk.testing import RunningDesk, running_desk, scratch_settings
from frontdesk.tools import ToolCall, make_tool

WRITE = "INSERT INTO service_types (code, label) VALUES (%(code)s, 'x')"
WRITTEN = "SELECT code FROM service_types ORDER BY code"
STORED = "SELECT request_id, response, duplicate_count FROM processed_webhooks ORDER BY received_at, request_id"
FALLBACK = "Sorry, I can't look that up right now. Somebody will call you back."


def failing_tools(desk: RunningDesk) -> list[str]:
    """Tools that write and then go wrong; the list says which ran."""
    ran: list[str] = []

    @desk.desk.tool
    async def breaks(call: ToolCall, tx: Tx) -> str:
        ran.append("breaks")
        await tx.run(WRITE, {"code": "breaks"})
        tx.put(WRITE, {"code": "breaks, put"})
        raise RuntimeError("secret details of the fault")

    @desk.desk.tool
    async def refuses(call: ToolCall, tx: Tx) -> str:
        ran.append("refuses")
        await tx.run(WRITE, {"code": "refuses"})
        raise CannotDo("We only do\nboilers.")

    @desk.desk.tool
    async def asks_badly(call: ToolCall, tx: Tx) -> str:
        ran.append("asks_badly")
        await tx.run(WRITE, {"code": "asks_badly"})
        await tx.run("SELECT nonsense")
        return "never"

    @desk.desk.tool
    async def sleeps(call: ToolCall, tx: Tx) -> str:
        ran.append("sleeps")
        await tx.run(WRITE, {"code": "sleeps"})
        await tx.run("SELECT pg_sleep(20)")
        return "too late"

    @desk.desk.tool
    def blocks(call: ToolCall, tx: Tx) -> str:
        ran.append("blocks")
        time.sleep(1.5)
        tx.put(WRITE, {"code": "blocks"})
        return "too late"

    @desk.desk.tool
    async def works(call: ToolCall, tx: Tx, code: str = "works") -> dict[str, Any]:
        ran.append("works")
        await tx.run(WRITE, {"code": code})
        return {"written": code}

    return ran


def test_a_tool_that_fails_leaves_nothing_but_its_excuse_and_takes_nothing_from_the_others(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        ran = failing_tools(desk)
        vapi = agent(desk)
        names = ["works", "breaks", "refuses", "asks_badly", "unknown"]
        body = json.dumps(
            {"message": vapi.tool_calls(*((f"call_{at}", name, {}) for at, name in enumerate(names)))}
        ).encode()
        first = await vapi.post(body)
        assert first.status_code == 200
        assert [(one["toolCallId"], one["name"]) for one in first.json()["results"]] == [
            (f"call_{at}", name) for at, name in enumerate(names)
        ]
        assert [one.get("result", one.get("error")) for one in first.json()["results"]] == [
            '{"written":"works"}',
            FALLBACK,
            "We only do boilers.",
            FALLBACK,
            "There is no tool 'unknown' here.",
        ]
        assert [row.code for row in await desk.rows(WRITTEN)] == ["works"]
        again = await vapi.post(body)
        assert again.content == first.content
        assert ran == [name for name in names if name != "unknown"]
        assert [row.duplicate_count for row in await desk.rows(STORED)] == [1] * 5
        events = await desk.rows("SELECT status, last_error FROM webhook_events ORDER BY id")
        assert [event.status for event in events] == ["done"] * 5
        assert [bool(event.last_error) for event in events] == [False, True, False, True, False]

    at_desk(dsn, story)


def test_a_plain_function_that_blocks_is_left_behind_and_holds_up_nobody(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        ran = failing_tools(desk)
        vapi = agent(desk)
        blocked = asyncio.create_task(vapi.use("blocks", "call_1"))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        assert await desk.text("Hi") == [200]
        assert time.monotonic() - began < 0.6
        assert await blocked == f"error: {FALLBACK}"
        await asyncio.sleep(1)  # it ends, and what it puts goes nowhere
        assert await vapi.use("works", "call_2") == '{"written":"works"}'
        assert [row.code for row in await desk.rows(WRITTEN)] == ["works"]
        assert ran == ["blocks", "works"]

    at_desk(dsn, story, vapi={"tool_seconds": 1})


def test_a_slow_tool_is_cut_off_in_time_and_what_it_wrote_is_undone(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        ran = failing_tools(desk)
        vapi = agent(desk)
        began = time.monotonic()
        message = vapi.tool_calls(("call_1", "sleeps", {}), ("call_2", "works", {}))
        first = await vapi.post(message)
        assert time.monotonic() - began < 4
        assert [one.get("error") for one in first.json()["results"]] == [FALLBACK, FALLBACK]
        assert await desk.rows(WRITTEN) == []
        assert (await vapi.post(message)).content == first.content
        assert ran.count("sleeps") == 1
        (busy,) = await desk.rows(
            "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%%pg_sleep(20)%%' AND state = 'active' AND pid <> pg_backend_pid()"
        )
        assert busy.n == 0
        assert await vapi.use("works", "call_3") == '{"written":"works"}'

    at_desk(dsn, story, vapi={"tool_seconds": 1})


def test_an_answer_outlives_the_process_that_gave_it(dsn: str) -> None:
    async def once(body: bytes | None) -> tuple[bytes, bytes]:
        settings = scratch_settings(vapi_secret=SECRET, tz="America/New_York")
        async with running_desk(dsn, roles=(), settings=settings, clock=clock()) as desk:
            vapi = agent(desk)
            message = vapi.tool_calls(("call_1", "book_appointment", {"when": "Monday at 10", "name": "Zoë Ωmega 🙂"}))
            body = body or json.dumps({"message": message}).encode()
            answer = await vapi.post(body)
            assert answer.status_code == 200
            return body, answer.content

    body, first = asyncio.run(once(None))
    assert b"Booked" in first
    assert asyncio.run(once(body)) == (body, first)


def test_while_the_database_is_away_the_caller_hears_an_excuse_and_never_an_error(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres(tmp_path / "data")
    dsn = postgres.start()

    async def story() -> None:
        settings = scratch_settings(vapi_secret=SECRET, vapi_assistant_id="a1")
        async with running_desk(dsn, roles=(), settings=settings) as desk:
            vapi = agent(desk)
            assert (await vapi.use("find_or_create_lead", "call_0", name="Ada")).startswith("Noted")
            await asyncio.to_thread(postgres.stop)
            began = time.monotonic()
            booked = await vapi.post(vapi.tool_calls(("call_1", "book_appointment", {"when": "Monday at 10"})))
            legacy = await vapi.post(vapi.message("function-call", functionCall={"name": "x", "parameters": {}}))
            who = await vapi.post(vapi.message("assistant-request"))
            whom = await vapi.post(vapi.message("transfer-destination-request"))
            assert time.monotonic() - began < 12
            news = await vapi.post(vapi.message("status-update", status="ended"))
            assert [answer.status_code for answer in (booked, legacy, who, whom, news)] == [200, 200, 200, 200, 503]
            assert booked.json()["results"] == [{"toolCallId": "call_1", "name": "book_appointment", "error": FALLBACK}]
            assert legacy.json() == {"result": FALLBACK}
            assert who.json()["assistantId"] == "a1"
            assert whom.json() == {"error": FALLBACK}
            await asyncio.to_thread(postgres.start)
            for _ in range(50):
                heard = await vapi.use("find_or_create_lead", f"call_2_{_}", name="Ada")
                if heard.startswith("Noted"):
                    break
                await asyncio.sleep(0.2)
            assert heard.startswith("Noted")

    try:
        asyncio.run(story())
    finally:
        postgres.stop()


def test_slow_tools_leave_room_for_everything_else(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        @desk.desk.tool
        async def slow(call: ToolCall, tx: Tx) -> str:
            await tx.run("SELECT pg_sleep(1)")
            return "done"

        calls = [asyncio.create_task(agent(desk, call=n).use("slow", "c")) for n in range(1, 13)]
        await asyncio.sleep(0.3)
        began = time.monotonic()
        assert await desk.text("Hi") == [200]
        assert time.monotonic() - began < 0.7
        assert await asyncio.gather(*calls) == ["done"] * 12

    at_desk(dsn, story)


CONTRACT = Path(__file__).resolve().parents[3] / "shared" / "providers" / "contracts" / "vapi.openapi.json"


@pytest.mark.skipif(not CONTRACT.exists(), reason=f"THE SHARED CONTRACTS ARE NOT HERE: {CONTRACT}")
def test_our_answers_are_what_the_contract_says(dsn: str) -> None:
    components = json.loads(CONTRACT.read_text("utf-8"))["components"]

    def judge(name: str) -> Draft202012Validator:
        schema = {**components["schemas"][name], "additionalProperties": False, "components": components}
        return Draft202012Validator(schema)

    async def story(desk: RunningDesk) -> None:
        failing_tools(desk)
        vapi = agent(desk)
        calls = [
            ("1", "works", {}),
            ("2", "refuses", {}),
            ("3", "breaks", {}),
            ("4", "nobody", {}),
            ("5", "next_free_slots", {}),
        ]
        tools = (await vapi.post(vapi.tool_calls(*calls))).json()
        judge("ServerMessageResponseToolCalls").validate(tools)
        assert len(tools["results"]) == 5
        for result in tools["results"]:
            judge("ToolCallResult").validate(result)
            assert "\n" not in result.get("result", result.get("error"))
        for settings in ("{}", '{"vapi": {"assistant_id": "a2"}, "hand_over_number": "(202) 555-0177"}'):
            await desk.rows("UPDATE clients SET settings = %(settings)s::jsonb RETURNING id", settings=settings)
            vapi = agent(desk, call=len(settings))
            who = (await vapi.post(vapi.message("assistant-request"))).json()
            judge("ServerMessageResponseAssistantRequest").validate(who)
            whom = (await vapi.post(vapi.message("transfer-destination-request"))).json()
            judge("ServerMessageResponseTransferDestinationRequest").validate(whom)
            if settings == "{}":
                assert who.keys() == whom.keys() == {"error"}
        assert who["assistantId"] == "a2"
        assert who["assistantOverrides"]["variableValues"] == {
            "business": "Ada's Plumbing",
            "caller_first_name": "",
            "caller_known": "no",
            "opening_hours": "Monday to Friday 08:00 to 18:00",
            "today": "Friday, 2026-11-20",
            "timezone": "America/New_York",
        }
        assert whom == {"destination": {"type": "number", "number": "+12025550177"}}

    at_desk(dsn, story)


def test_who_has_called_before_is_known_by_name(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        await agent(desk).use("find_or_create_lead", "1", name="Ada Lovelace", email="ada@example.com")
        vapi = agent(desk, call=2)
        who = (await vapi.post(vapi.message("assistant-request"))).json()
        assert who["assistantId"] == "a1"
        assert who["assistantOverrides"]["variableValues"]["caller_first_name"] == "Ada"
        assert who["assistantOverrides"]["variableValues"]["caller_known"] == "yes"
        hidden = agent(desk, caller="anonymous", call=3)
        who = (await hidden.post(hidden.message("assistant-request"))).json()
        assert who["assistantOverrides"]["variableValues"]["caller_known"] == "no"

    at_desk(dsn, story, vapi_assistant_id="a1")


def test_nothing_is_kept_of_what_is_forged_and_no_secret_of_what_is_not(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        forger = agent(desk)
        forger._secret = "wrong"
        assert (await forger.post(vapi.tool_calls(("1", "next_free_slots", {})))).status_code == 403
        assert await desk.rows(STORED) == []
        await vapi.use("next_free_slots", "1", day=f"my key is {SECRET}")
        (kept,) = await desk.rows(
            "SELECT convert_from(e.body, 'UTF8') AS body, e.payload::text AS payload, p.parameters::text AS parameters "
            "FROM webhook_events AS e JOIN processed_webhooks AS p USING (request_id)"
        )
        assert SECRET not in kept.body + kept.payload + kept.parameters
        assert "[hidden]" in kept.body

    at_desk(dsn, story)


@pytest.mark.parametrize("body", [b"not json", b"{}", b'{"message": {"type": "hang"}}', b"[" * 5000])
def test_whatever_is_posted_is_no_server_error(dsn: str, body: bytes) -> None:
    async def story(desk: RunningDesk) -> None:
        answer = await agent(desk).post(body)
        assert answer.status_code == (200 if b"hang" in body else 400)
        assert (await agent(desk).post(b"x" * (1024 * 1024 + 1))).status_code == 413

    at_desk(dsn, story)


def test_older_paths_answer_too_and_the_oldest_says_that_it_will_go(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        heads = {}
        for path in ("/vapi-webhook", "/webhooks/vapi", "/vapi"):
            vapi = agent(desk, path=path)
            answer = await vapi.post(vapi.tool_calls((path, "next_free_slots", {})))
            assert answer.json()["results"][0]["result"].startswith("The next free times")
            heads[path] = answer.headers
        assert "deprecation" not in heads["/vapi-webhook"]
        assert "deprecation" not in heads["/webhooks/vapi"]
        assert heads["/vapi"]["deprecation"].startswith("@")
        assert heads["/vapi"]["link"] == '</vapi-webhook>; rel="successor-version"'

    at_desk(dsn, story)


@contextmanager
def second_client(dsn: str) -> Iterator[None]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("INSERT INTO clients (name) VALUES ('B')")
    yield


def test_a_number_that_is_nobodys_is_told_so_where_there_are_several_clients(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        vapi._number = "+12025550999"
        assert (await vapi.use("next_free_slots", "1")).startswith("The next free times")  # the only client's
        with second_client(dsn):
            assert await vapi.use("next_free_slots", "2") == "error: This number is not set up here."
            assert (await agent(desk).use("next_free_slots", "3")).startswith("The next free times")

    at_desk(dsn, story)


def test_a_call_without_a_number_or_id_is_served_too(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        message = vapi.tool_calls(("1", "next_free_slots", {}))
        for name in ("call", "customer", "phoneNumber"):
            message.pop(name)
        first = await vapi.post(message)
        assert first.json()["results"][0]["result"].startswith("The next free times")
        assert (await vapi.post(message)).content == first.content
        (kept,) = await desk.rows(STORED)
        assert kept.request_id.startswith("body:")

    at_desk(dsn, story)


def test_the_older_function_call_is_answered_in_its_own_way_once(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        vapi = agent(desk)
        asked = {"name": "book_appointment", "parameters": {"date": "2026-11-23", "time": "15:00"}}
        message = vapi.message("function-call", functionCall=asked)
        assert (await vapi.post(message)).json() == {"result": "Booked: Monday, November 23 at 3 pm."}
        assert (await vapi.post(message)).json() == {"result": "Booked: Monday, November 23 at 3 pm."}
        later = vapi.message("function-call", functionCall=asked)  # asked again, a moment later
        assert (await vapi.post(later)).json() == {"result": "Already booked: Monday, November 23 at 3 pm."}

    at_desk(dsn, story)


def test_a_function_that_cannot_be_a_tool_is_refused_at_the_start() -> None:
    def lonely(call: ToolCall) -> str:
        return ""

    def greedy(call: ToolCall, tx: Tx, **everything: str) -> str:
        return ""

    for function in (lonely, greedy):
        with pytest.raises(SetupError, match=function.__name__):
            make_tool(function)


def test_a_secret_that_is_rotated_opens_with_either(dsn: str) -> None:
    async def story(desk: RunningDesk) -> None:
        async with httpx2.AsyncClient(trust_env=False) as http:
            for secret, status in ((SECRET, 200), ("the-next-secret-of-vapi", 200), ("another", 403)):
                headers = {"Authorization": f"Bearer {secret}"}
                answer = await http.post(
                    f"{desk.base_url}/vapi-webhook", content=b'{"message":{"type":"hang"}}', headers=headers
                )
                assert answer.status_code == status

    async def run() -> None:
        settings = scratch_settings(vapi_secret=f"the-next-secret-of-vapi, {SECRET}")
        async with running_desk(dsn, roles=(), settings=settings) as desk:
            await story(desk)

    asyncio.run(run())
