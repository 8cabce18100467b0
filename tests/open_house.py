"""A whole desk behind a real port, in a thread of its own, so that browsers and plain HTTP clients can visit it."""

import itertools
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import psycopg
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from psycopg import sql
from psycopg.conninfo import make_conninfo

from frontdesk.desk import Desk
from frontdesk.simulator import Carrier, serve
from frontdesk.simulator.server import serve_app
from frontdesk.testing import ACCOUNT_SID, AUTH_TOKEN, LEAD, NUMBER, scratch_settings
from frontdesk.web.app import build_app
from ports import free_port

__all__ = ["House", "open_house", "scratch_database"]

_numbers = itertools.count()


@dataclass
class House:
    """A desk with its pages at `url`; the methods may be called from any thread but its own."""

    url: str
    desk: Desk
    carrier: Carrier
    app: FastAPI
    portal: BlockingPortal
    http: httpx2.Client

    def get(self, path: str, **more: Any) -> httpx2.Response:
        """GET a path of this desk."""
        return self.http.get(self.url + path, **more)

    def post(self, path: str, **more: Any) -> httpx2.Response:
        """POST to a path of this desk."""
        return self.http.post(self.url + path, **more)

    def text(self, body: str, *, lead: str = LEAD, number: str = NUMBER, times: int = 1) -> list[int]:
        """A lead texts the desk."""
        return self.portal.call(lambda: self.carrier.text(lead, number, body, times=times))

    def sql(self, query: str, **params: Any) -> list[Any]:
        """Rows of any SQL; none where the statement gives none."""
        with psycopg.connect(self.desk.db.dsn, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), params)
            return cursor.fetchall() if cursor.description else []

    def until(self, query: str, timeout: float = 15, **params: Any) -> Any:
        """Wait until the first column of the first row is true, and return it."""
        deadline = time.monotonic() + timeout
        while not (rows := self.sql(query, **params)) or not rows[0][0]:
            assert time.monotonic() < deadline, f"never true: {query}"
            time.sleep(0.05)
        return rows[0][0]

    def delivered(self, lead: str) -> None:
        """Wait until everything for this lead is delivered."""
        self.until(
            "SELECT count(*) > 0 AND bool_and(status = 'DELIVERED') FROM outbound_message_log WHERE to_address = %(to)s",
            to=lead,
        )


@asynccontextmanager
async def _running(dsn: str, roles: tuple[str, ...], simulation: bool, changes: dict[str, Any]) -> AsyncIterator[Any]:
    carrier = Carrier(ACCOUNT_SID, AUTH_TOKEN, numbers=[NUMBER], receipt_delay=0.05)
    port = free_port()
    async with serve(carrier) as carrier_url:
        desk = Desk(scratch_settings(twilio_api_base=carrier_url, **changes), dsn)
        await desk.open()
        desk.use_providers(public_base=f"http://127.0.0.1:{port}")
        await desk.serve_first_client(NUMBER)
        app = build_app(desk, simulation=carrier if simulation else None)
        service = desk.service(*roles)
        async with serve_app(app, port=port) as url:
            carrier.hooks.sms_url = f"{url}/webhooks/twilio/sms"
            if roles:
                await service.start()
            try:
                yield url, desk, carrier, app
            finally:
                if roles:
                    await service.stop()
                await carrier.aclose()
        await desk.close()


@contextmanager
def open_house(
    dsn: str, *, roles: tuple[str, ...] = ("worker", "scheduler"), simulation: bool = True, **changes: Any
) -> Iterator[House]:
    """A desk on `dsn` for the block; `changes` are settings."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_running(dsn, roles, simulation, changes)) as (url, desk, carrier, app),
        httpx2.Client(trust_env=False, timeout=60) as http,
    ):
        yield House(url, desk, carrier, app, portal, http)


@contextmanager
def scratch_database(server: str, template: str) -> Iterator[str]:
    """The DSN of a fresh migrated database, for the block."""
    name = f"house_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        clone = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        connection.execute(clone)
        yield make_conninfo(server, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
