"""Catching up while things go on breaking: nothing is passed on twice, nothing is lost, and the mark waits."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from outage import (
    AGAIN,
    ANSWERS,
    FLOW,
    IN,
    MARK,
    a_pass,
    at_desk,
    came_in,
    counts,
    number_of_long_standing,
    serving,
    unreachable,
)
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from structlog.testing import capture_logs

from frontdesk.errors import AccountRefused, Throttled, Unreachable
from frontdesk.providers.twilio import Twilio
from frontdesk.simulator.messages import new_sid
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, LEAD, NUMBER, FrozenClock, RunningDesk


@contextlib.contextmanager
def without_database(dsn: str) -> Iterator[None]:
    """The database takes no connections for the block, and has lost those that it had."""
    name = str(conninfo_to_dict(dsn)["dbname"])
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    with psycopg.connect(dsn, dbname="postgres", autocommit=True) as outside:
        outside.execute(allow.format(sql.Identifier(name), sql.SQL("false")))
        outside.execute(b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        outside.execute(allow.format(sql.Identifier(name), sql.SQL("true")))


def test_texts_that_met_a_503_are_found_when_the_database_is_back(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.text("Hi")
        await desk.settled()
        with without_database(dsn):
            assert await desk.text("Ada Lovelace") == [503]
            with pytest.raises(psycopg.OperationalError):
                await desk.service.catching_up.step()  # the loop takes that for what it is, and comes again
        async with asyncio.timeout(20):
            while await desk.text("Leaking tap", sid=new_sid("SM")) != [200]:
                await asyncio.sleep(0.1)
        lost = [m for m in desk.carrier.phone(LEAD) if m.direction == "inbound" and m.body == "Ada Lovelace"]
        await desk.settled()
        clock.move(minutes=5)
        done = await a_pass(desk)
        await desk.settled()
        assert done.passed >= len(lost) == 1
        bodies = [row.body for row in await desk.rows(IN)]
        assert bodies.count("Ada Lovelace") == 1
        assert bodies.count("Leaking tap") == sum(m.body == "Leaking tap" for m in desk.carrier.phone(LEAD))
        assert (await a_pass(desk)).passed == 0

    at_desk(dsn, story)


def test_a_webhook_that_comes_while_the_list_is_read_is_not_handled_twice(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        with unreachable(desk):
            await desk.text("Hi")
        clock.move(minutes=5)
        (message,) = desk.carrier.phone(LEAD)
        desk.carrier.faults.listing_seconds = 0.3
        listing, _ = await asyncio.gather(a_pass(desk), desk.text("Hi", sid=message.sid))
        await desk.settled()
        assert counts(listing) == (1, 1, 0)
        assert (len(await desk.rows(IN)), len(desk.carrier.sent)) == (1, 1)

    at_desk(dsn, story)


async def _wrong_token(desk: RunningDesk) -> None:
    desk.carrier.auth_token = "another"


async def _server_error(desk: RunningDesk) -> None:
    desk.carrier.faults.listing_500 = 1.0


async def _silence(desk: RunningDesk) -> None:
    desk.carrier.faults.listing_seconds = 2.0
    impatient = Twilio(
        account_sid=ACCOUNT_SID,
        auth_tokens=[AUTH_TOKEN],
        api_base=desk.desk.settings.twilio_api_base,
        status_callback="",
        timeout=0.2,
    )
    await desk.desk.registry.providers["twilio"].aclose()
    desk.desk.add_sender(impatient)


# what goes wrong, as what
TROUBLE = [(_wrong_token, AccountRefused), (_server_error, Unreachable), (_silence, Unreachable)]


@pytest.mark.parametrize(("break_it", "error"), TROUBLE, ids=["401", "500", "timeout"])
def test_a_list_that_cannot_be_read_leaves_the_mark_and_is_read_with_the_next_pass(
    dsn: str, break_it: Callable[[RunningDesk], Awaitable[None]], error: type[Exception]
) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await a_pass(desk)
        before = await desk.rows(MARK)
        with unreachable(desk):
            await desk.text("Hi")
        clock.move(minutes=5)
        await break_it(desk)
        with capture_logs() as logs:
            assert await desk.service.catching_up.step() == []
        (told,) = [line for line in logs if line["event"] == "not_caught_up"]
        assert (told["log_level"], told["provider"]) == ("warning", "twilio")
        assert "frontdesk doctor" in told["todo"]
        assert await desk.rows(MARK) == before
        with pytest.raises(error):
            await desk.service.catching_up.catch_up(desk.desk.registry.providers["twilio"])
        desk.carrier.auth_token = AUTH_TOKEN
        desk.carrier.faults.clear()
        assert counts(await a_pass(desk)) == (1, 0, 1)
        assert await desk.rows(MARK) > before

    at_desk(dsn, story, roles=())


def test_an_error_in_the_middle_leaves_the_mark_and_the_rest_in_order(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        with unreachable(desk):
            for body in FLOW:
                await desk.text(body, media=[("https://m.test/a", "image/png")] if body == "Ada Lovelace" else ())
        clock.move(minutes=5)
        twilio: Any = desk.desk.registry.providers["twilio"]
        get = twilio._get

        async def throttled(url: str, params: Any) -> Any:
            if "Media" in url:
                raise Throttled("Twilio's list could not be read yet.", retry_after=1)
            return await get(url, params)

        twilio._get = throttled
        assert await desk.service.catching_up.step() == []
        twilio._get = get
        await desk.settled()
        assert [row.body for row in await desk.rows(IN)] == ["Hi"]
        assert await desk.rows(MARK) == []
        assert counts(await a_pass(desk)) == (3, 1, 2)
        await desk.settled()
        assert [row.body for row in await desk.rows(IN)] == list(FLOW)
        assert [message.body.split()[0] for message in desk.carrier.sent] == ANSWERS

    at_desk(dsn, story)


def test_a_message_that_cannot_be_understood_holds_up_no_other(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        came_in(desk, "from nobody", clock.now(), lead="")
        came_in(desk, "Hi", clock.now())
        clock.move(minutes=5)
        done = await a_pass(desk)
        assert (done.passed, done.refused) == (1, 1)
        assert len(await desk.rows(MARK)) == 1

    at_desk(dsn, story)


def test_a_death_between_the_passing_and_the_mark_repeats_nothing(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        with unreachable(desk):
            for body in FLOW:
                await desk.text(body)
        clock.move(minutes=5)
        desk.carrier.faults.listing_seconds = 0.5
        dying = asyncio.create_task(a_pass(desk))
        await asyncio.sleep(0.3)  # it has read the mark and waits for the list
        async with await psycopg.AsyncConnection.connect(dsn) as holder:
            await holder.execute("LOCK TABLE inbound_listings IN ACCESS EXCLUSIVE MODE")
            async with asyncio.timeout(10):
                while len(await desk.rows("SELECT 1 FROM webhook_events WHERE webhook_type = 'twilio_sms'")) < 3:
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)
            dying.cancel()
            await asyncio.gather(dying, return_exceptions=True)
        assert await desk.rows(MARK) == []
        assert counts(await a_pass(desk)) == (3, 3, 0)
        await desk.settled()
        assert [row.n for row in await desk.rows(AGAIN)] == [0]
        assert [message.body.split()[0] for message in desk.carrier.sent] == ANSWERS
        assert len(await desk.rows(MARK)) == 1

    at_desk(dsn, story)


def test_two_passes_at_once_hand_each_text_on_once(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        with unreachable(desk):
            for body in FLOW:
                await desk.text(body)
        clock.move(minutes=5)
        first, second = await asyncio.gather(a_pass(desk), a_pass(desk))
        assert first.passed + second.passed == 3
        await desk.settled()
        assert [row.body for row in await desk.rows(IN)] == list(FLOW)
        assert [message.body.split()[0] for message in desk.carrier.sent] == ANSWERS

    at_desk(dsn, story)


def test_a_new_leader_catches_up_at_once_and_a_stop_does_not_wait_for_the_carrier(dsn: str) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await desk.service.stop()
        with unreachable(desk):
            await desk.text("Hi")
        clock.move(minutes=5)
        async with serving(desk, "worker", "scheduler"):
            async with asyncio.timeout(10):
                while not desk.carrier.sent:
                    await asyncio.sleep(0.05)
        desk.carrier.faults.listing_seconds = 30
        async with serving(desk, "scheduler"):
            await asyncio.sleep(0.5)
            begun = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - begun < 5
        desk.carrier.faults.clear()

    at_desk(dsn, story, roles=())


def test_the_command_tells_what_it_found_and_passed_on(dsn: str, tmp_path: Path) -> None:
    async def story(desk: RunningDesk, clock: FrozenClock) -> None:
        await number_of_long_standing(desk)
        came_in(desk, "Hi", datetime.now(UTC) - timedelta(hours=3))
        done, said = await command(desk, dsn, tmp_path, "--since", "4h", "--json")
        assert done == 0
        (told,) = orjson.loads(said)
        assert (told["provider"], told["listed"], told["known"], told["passed"]) == ("twilio", 1, 0, 1)
        await desk.settled()
        assert len(desk.carrier.sent) == 1
        done, said = await command(desk, dsn, tmp_path, "--since", "4h")
        assert (done, "1 known" in said, "0 missing" in said) == (0, True, True)
        desk.carrier.auth_token = "another"
        assert (await command(desk, dsn, tmp_path))[0] == 1
        for wrong in ("soon", "9999d"):
            assert (await command(desk, dsn, tmp_path, "--since", wrong))[0] == 2

    at_desk(dsn, story)


async def command(desk: RunningDesk, dsn: str, folder: Path, *arguments: str) -> tuple[int | None, str]:
    """`frontdesk events catch-up` in a process of its own."""
    account = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_NUMBER": NUMBER}
    where = {"DATABASE_URL": dsn, "TWILIO_API_BASE": desk.desk.settings.twilio_api_base}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "frontdesk", "events", "catch-up", *arguments),
        cwd=folder,
        env=os.environ | account | where,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return process.returncode, said.decode()
