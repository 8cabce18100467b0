"""A model that reads beside the rules, over real HTTP: each kind of trouble, the deadline, the circuit and the alert."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pytest

from frontdesk.chat import Chat
from frontdesk.db.pool import PUBLIC, Database
from frontdesk.errors import ModelFailed, ModelTrouble, SetupError
from frontdesk.readers.openai import ModelReader
from frontdesk.readers.reading import Context
from frontdesk.simulator import ModelFault, SimulatedModel, serve_model
from frontdesk.steps.reading import AskModel
from frontdesk.testing import FrozenClock, scratch_settings
from ports import free_port

TEXT = "hi its Ada, sink leaks, call 202-555-0143"
HERE = Context(now=datetime(2026, 11, 20, 17, 0, tzinfo=UTC), country="US", services=("Leak repair",))
ALERTS = "SELECT alert_type, alert_key, severity, resolved_at, opened_at FROM alerts"
FAILURES = "SELECT failures, recent, last_why FROM reader_failures"


def says_what_the_text_says(model: SimulatedModel) -> None:
    model.says(name=("Ada", "Ada"), service=("Leak repair", "sink leaks"), phone=("+12025550143", "202-555-0143"))


@asynccontextmanager
async def reading(**how: Any) -> AsyncIterator[tuple[SimulatedModel, ModelReader]]:
    """A reader that asks a simulated model, which knows what TEXT says."""
    seconds, model = how.pop("seconds", 5.0), SimulatedModel(**how)
    says_what_the_text_says(model)
    async with serve_model(model) as base_url:
        reader = ModelReader(Chat(model=model.name, api_key=model.key, base_url=base_url), seconds=seconds)
        try:
            yield model, reader
        finally:
            await reader.aclose()


def test_a_text_is_read_in_one_request_that_holds_the_answer_to_a_strict_schema() -> None:
    async def story() -> None:
        async with reading() as (model, reader):
            found = (await reader.read(TEXT, HERE)).found()
            assert {name: one.value for name, one in found.items()} == {
                "name": "Ada", "service": "Leak repair", "phone": "+12025550143",
            }  # fmt: skip
            assert TEXT[found["phone"].start : found["phone"].end] == "202-555-0143"
            (asked,) = model.asked
            assert asked["temperature"] == 0
            assert asked["response_format"]["json_schema"]["strict"] is True
            assert asked["messages"][-1] == {"role": "user", "content": TEXT}
            assert len(asked["messages"]) == 2

    asyncio.run(story())


@pytest.mark.parametrize(
    ("fault", "why", "requests"),
    [
        (ModelFault.DROP, ModelTrouble.UNREACHABLE, 1),
        (ModelFault.THROTTLE, ModelTrouble.RATE_LIMIT, 1),
        (ModelFault.NO_MONEY, ModelTrouble.AUTH, 1),
        (ModelFault.HTTP_500, ModelTrouble.SERVER, 1),
        (ModelFault.PROXY_502, ModelTrouble.SERVER, 1),
        (ModelFault.REFUSAL, ModelTrouble.REFUSAL, 1),
        (ModelFault.FILTERED, ModelTrouble.REFUSAL, 1),
        (ModelFault.TRUNCATED, ModelTrouble.TRUNCATED, 1),
        (ModelFault.BAD_JSON, ModelTrouble.BAD_JSON, 2),  # and one repair
        (ModelFault.EMPTY, ModelTrouble.BAD_JSON, 2),
        (ModelFault.SCHEMA_ECHO, ModelTrouble.SCHEMA_ECHO, 2),
    ],
)
def test_each_trouble_has_its_name_and_is_asked_about_no_more_than_it_may(
    fault: ModelFault, why: ModelTrouble, requests: int
) -> None:
    async def story() -> None:
        async with reading() as (model, reader):
            model.next(fault, times=9)
            with pytest.raises(ModelFailed) as failed:
                await reader.read(TEXT, HERE)
            assert failed.value.why is why
            assert len(model.asked) == requests

    asyncio.run(story())


@pytest.mark.parametrize("fault", [ModelFault.BAD_JSON, ModelFault.EMPTY, ModelFault.SCHEMA_ECHO])
def test_one_repair_is_told_what_was_wrong(fault: ModelFault) -> None:
    async def story() -> None:
        async with reading() as (model, reader):
            model.next(fault)
            found = await reader.read(TEXT, HERE)
            assert found.name is not None
            before, wrong = model.last["messages"][-2:]
            assert (before["role"], wrong["role"]) == ("assistant", "user")
            assert before["content"]
            assert "cannot be used" in wrong["content"]

    asyncio.run(story())


def test_values_that_are_invented_are_dropped_and_a_fence_is_taken_off() -> None:
    async def story() -> None:
        async with reading() as (model, reader):
            model.next(ModelFault.INVENTED)
            assert (await reader.read(TEXT, HERE)).found() == {}
            model.next(ModelFault.FENCED)
            assert "name" in (await reader.read(TEXT, HERE)).found()

    asyncio.run(story())


@pytest.mark.parametrize("faults", [(ModelFault.HANG,), (ModelFault.BAD_JSON, ModelFault.HANG)])
def test_the_deadline_is_for_the_whole_with_the_repair(faults: tuple[ModelFault, ...]) -> None:
    async def story() -> None:
        async with reading(seconds=1.5) as (model, reader):
            for fault in faults:
                model.next(fault)
            began = monotonic()
            with pytest.raises(ModelFailed) as failed:
                await reader.read(TEXT, HERE)
            assert failed.value.why is ModelTrouble.TIMEOUT
            assert 1.4 < monotonic() - began < 6  # the hanging server would take for ever
            assert len(model.asked) == len(faults)

    asyncio.run(story())


def test_a_repair_has_only_the_time_that_the_first_answer_left() -> None:
    async def story() -> None:
        async with reading(seconds=1.0, delay_seconds=0.7) as (model, reader):
            model.next(ModelFault.BAD_JSON)
            with pytest.raises(ModelFailed) as failed:
                await reader.read(TEXT, HERE)
            assert failed.value.why is ModelTrouble.TIMEOUT
            assert len(model.asked) == 2

    asyncio.run(story())


def test_nobody_at_the_address_is_unreachable() -> None:
    async def story() -> None:
        chat = Chat(model="m", base_url=f"http://127.0.0.1:{free_port()}/v1")
        reader = ModelReader(chat, seconds=5)
        with pytest.raises(ModelFailed) as failed:
            await reader.read(TEXT, HERE)
        assert failed.value.why is ModelTrouble.UNREACHABLE
        await reader.aclose()

    asyncio.run(story())


@pytest.mark.parametrize("wrong", [{"api_key": "sk-wrong"}, {"model": "no-such-model"}])
def test_a_wrong_key_or_model_needs_a_person(wrong: dict[str, str]) -> None:
    async def story() -> None:
        model = SimulatedModel()
        async with serve_model(model) as base_url:
            reader = ModelReader(Chat(**{"model": model.name, "api_key": model.key, "base_url": base_url, **wrong}))
            with pytest.raises(ModelFailed, match="Check OPENAI_") as failed:
                await reader.read(TEXT, HERE)
            assert failed.value.why is ModelTrouble.AUTH
            await reader.aclose()

    asyncio.run(story())


def test_a_server_of_json_mode_alone_is_asked_once_too_much_and_then_never_again() -> None:
    async def story() -> None:
        async with reading(knows_schemas=False, knows_temperature=False) as (model, reader):
            for _ in range(2):
                assert "name" in (await reader.read(TEXT, HERE)).found()
            forms = [(asked["response_format"]["type"], "temperature" in asked) for asked in model.asked]
            assert forms == [
                ("json_schema", True),
                ("json_schema", False),
                ("json_object", False),
                ("json_object", False),
            ]

    asyncio.run(story())


def test_a_text_of_blanks_asks_nobody() -> None:
    async def story() -> None:
        async with reading() as (model, reader):
            assert (await reader.read(" \n", HERE)).found() == {}
            assert model.asked == []

    asyncio.run(story())


@dataclass
class Office:
    """Several processes' worth of AskModel, on one database and one model."""

    model: SimulatedModel
    db: Database
    clock: FrozenClock
    base_url: str
    asking: list[AskModel] = field(default_factory=list)

    def join(self) -> AskModel:
        settings = scratch_settings(
            openai_api_key=self.model.key, openai_base_url=self.base_url, openai_model=self.model.name,
            model={"deadline_seconds": 5},
        )  # fmt: skip
        asks = AskModel.of(settings, self.db, PUBLIC, self.clock)
        assert asks is not None
        self.asking.append(asks)
        return asks

    async def rows(self, query: str) -> list[Any]:
        async with self.db.transaction() as tx:
            return list(await tx.all(query))


def in_office(dsn: str, story: Callable[[Office], Awaitable[None]]) -> None:
    async def run() -> None:
        model = SimulatedModel()
        says_what_the_text_says(model)
        async with serve_model(model) as base_url:
            db = Database(dsn, prepare=scratch_settings().database_prepare)
            await db.open()
            office = Office(model, db, FrozenClock(), base_url)
            try:
                await story(office)
            finally:
                for asks in office.asking:
                    await asks.aclose()
                await db.close()

    asyncio.run(run())


def test_what_the_model_reads_is_given_and_leaves_no_row(dsn: str) -> None:
    async def story(office: Office) -> None:
        asks = office.join()
        reading = await asks.read(TEXT, HERE)
        assert reading is not None
        assert "name" in reading.found()
        assert asks.name == "openai:simulated-model"
        assert await office.rows(FAILURES) == []

    in_office(dsn, story)


def test_an_open_circuit_asks_nobody_and_then_one_probe_closes_it(dsn: str) -> None:
    async def story(office: Office) -> None:
        asks = office.join()
        office.model.next(ModelFault.HTTP_500, times=3)
        for _ in range(6):
            assert await asks.read(TEXT, HERE) is None
        assert len(office.model.asked) == 3
        office.clock.move(seconds=30)
        readings = await asyncio.gather(*(asks.read(TEXT, HERE) for _ in range(4)))
        assert sum(reading is not None for reading in readings) == 1
        assert len(office.model.asked) == 4
        assert await asks.read(TEXT, HERE) is not None
        ((failures, recent, why),) = await office.rows(FAILURES)
        assert (failures, recent, why) == (0, [], "server")

    in_office(dsn, story)


def test_five_failures_in_a_row_over_two_processes_raise_one_alert_and_a_success_ends_it(dsn: str) -> None:
    async def story(office: Office) -> None:
        one, other = office.join(), office.join()
        office.model.next(ModelFault.BAD_JSON, times=12)  # each with its repair
        await asyncio.gather(one.read(TEXT, HERE), other.read(TEXT, HERE))
        await asyncio.gather(one.read(TEXT, HERE), other.read(TEXT, HERE))
        assert await office.rows(ALERTS) == []
        await asyncio.gather(one.read(TEXT, HERE), other.read(TEXT, HERE))
        (alert,) = await office.rows(ALERTS)
        assert alert[:4] == ("OPENAI_FAILURE", "openai", "MEDIUM", None)
        assert (await office.rows(FAILURES))[0].failures == 6
        office.clock.move(seconds=30)
        assert await one.read(TEXT, HERE) is not None
        (resolved,) = await office.rows(ALERTS)
        assert resolved.resolved_at == office.clock.now()
        assert (await office.rows(FAILURES))[0].failures == 0

    in_office(dsn, story)


def test_an_alert_that_is_open_is_not_opened_again_and_one_that_was_resolved_is(dsn: str) -> None:
    async def story(office: Office) -> None:
        async def fail_five_times() -> Any:
            for _ in range(5):
                asks = office.join()  # a process of its own each
                office.model.next(ModelFault.REFUSAL)
                assert await asks.read(TEXT, HERE) is None
                office.clock.move(minutes=1)
            (alert,) = await office.rows(ALERTS)
            return alert

        first = await fail_five_times()
        again = await fail_five_times()
        assert again == first
        assert await office.join().read(TEXT, HERE) is not None
        anew = await fail_five_times()
        assert anew.resolved_at is None
        assert anew.opened_at > first.opened_at

    in_office(dsn, story)


def test_a_success_between_begins_the_count_anew(dsn: str) -> None:
    async def story(office: Office) -> None:
        for fault in (*(ModelFault.REFUSAL,) * 4, None, *(ModelFault.REFUSAL,) * 4):
            if fault is not None:
                office.model.next(fault)
            await office.join().read(TEXT, HERE)
        assert await office.rows(ALERTS) == []
        assert (await office.rows(FAILURES))[0].failures == 4

    in_office(dsn, story)


def test_a_database_that_is_away_loses_the_count_and_not_the_reading(dsn: str) -> None:
    async def story(office: Office) -> None:
        asks = office.join()
        await office.db.close()
        assert await asks.read(TEXT, HERE) is not None
        office.model.next(ModelFault.HTTP_500)
        assert await asks.read(TEXT, HERE) is None

    in_office(dsn, story)


def test_a_probe_that_is_stopped_in_the_middle_lets_another_try(dsn: str) -> None:
    async def story(office: Office) -> None:
        asks = office.join()
        office.model.next(ModelFault.HTTP_500, times=3)
        for _ in range(3):
            await asks.read(TEXT, HERE)
        office.clock.move(seconds=30)
        office.model.next(ModelFault.HANG)
        probe = asyncio.create_task(asks.read(TEXT, HERE))
        while len(office.model.asked) < 4:
            await asyncio.sleep(0.01)
        assert await asks.read(TEXT, HERE) is None
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        assert await asks.read(TEXT, HERE) is not None

    in_office(dsn, story)


def test_without_a_model_nobody_asks() -> None:
    for changes in ({}, {"openai_api_key": "sk-x"}, {"openai_model": "m"}):
        assert Chat.of(scratch_settings(**changes)) is None
    assert Chat.of(scratch_settings(openai_model="m", openai_base_url="http://127.0.0.1:1/v1")) is not None


def test_without_the_sdk_the_desk_runs_and_a_model_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = "import sys, frontdesk.service, frontdesk.steps.reading; sys.exit('openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", alone], check=False).returncode == 0
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(SetupError, match=r"pip install 'frontdesk\[ai\]'"):
        Chat(model="m")


def test_of_a_pair_of_keys_the_new_one_is_used(dsn: str) -> None:
    async def story(office: Office) -> None:
        office.model.key = "sk-new-one"
        settings = scratch_settings(
            openai_api_key="sk-new-one,sk-old-one", openai_base_url=office.base_url, openai_model=office.model.name
        )
        asks = AskModel.of(settings, office.db, PUBLIC, office.clock)
        assert asks is not None
        office.asking.append(asks)
        assert await asks.read(TEXT, HERE) is not None

    in_office(dsn, story)


def test_a_key_that_the_server_repeats_is_not_kept(dsn: str) -> None:
    async def story(office: Office) -> None:
        asks = office.join()
        office.model.key = "sk-another"
        assert await asks.read(TEXT, HERE) is None
        ((error,),) = await office.rows("SELECT last_error FROM reader_failures")
        assert "Incorrect API key provided: ***" in error

    in_office(dsn, story)


def test_an_address_that_is_none_is_said_at_once() -> None:
    with pytest.raises(SetupError, match="OPENAI_BASE_URL"):
        Chat(model="m", base_url="http://[oops/v1")
