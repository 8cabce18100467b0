"""Whose a webhook is that came to an account and not to a number that is served."""

import asyncio
from datetime import timedelta

import pytest

from frontdesk.inbox.model import Arrival
from frontdesk.message import Item, LaneClass
from frontdesk.testing import LEAD, running_desk

LINE = "+12025550188"


async def client_of(dsn: str, *, to_account: bool, clients: int = 1, noted: bool = False) -> int | None:
    async with running_desk(dsn, roles=()) as desk:
        for extra in range(1, clients):
            await desk.desk.serve_first_client(f"+1202555019{extra}")
        if noted:
            async with desk.desk.db.transaction() as tx:
                await tx.connection.execute("INSERT INTO client_numbers (phone_e164, client_id) VALUES (%s, 2)", [LINE])
        item = Item("dialpad", "1:hangup", LINE, LEAD, LaneClass.CALL, {}, lane_ref="1", to_account=to_account)
        await desk.desk.receiver.receive(Arrival(item, b"{}", {}, "c", timedelta(days=1)))
        (event,) = await desk.rows("SELECT client_id FROM webhook_events")
        return event.client_id


@pytest.mark.parametrize(
    ("to_account", "clients", "noted", "whose"),
    [
        (True, 1, False, 1),  # the only client, whatever the number
        (False, 1, False, None),
        (True, 2, False, None),  # of several nobody knows which
        (True, 2, True, 2),
        (False, 2, True, 2),
    ],
)
def test_a_webhook_is_the_clients_whose_number_it_came_to_or_the_only_ones(
    dsn: str, to_account: bool, clients: int, noted: bool, whose: int | None
) -> None:
    assert asyncio.run(client_of(dsn, to_account=to_account, clients=clients, noted=noted)) == whose
