"""The clients' statements as functions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from frontdesk.clients.model import Client
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries

__all__ = [
    "assigned_at",
    "by_owners_phone",
    "describe",
    "ensure_first",
    "ensure_owned",
    "get",
    "list_all",
    "lock",
    "only",
    "owners_phone",
    "served_number",
    "served_on",
]

Q = load_queries("frontdesk.clients")


async def served_on(tx: Tx, addresses: Sequence[str]) -> dict[str, int]:
    """Our numbers among `addresses` on which a client is reached, each with that client's id."""
    rows = await tx.all(Q.served_on, {"addresses": list(addresses)})
    return {row.address: row.client_id for row in rows}


async def only(tx: Tx) -> int | None:
    """The id of the desk's client where it has exactly one."""
    row = await tx.one(Q.only_client)
    return row.client_id if row else None


async def assigned_at(tx: Tx, addresses: Sequence[str]) -> dict[str, datetime | None]:
    """Our numbers among `addresses` that serve a client, each with since when; None where that was not noted."""
    rows = await tx.all(Q.assigned_at, {"addresses": list(addresses)})
    return {row.phone_e164: row.assigned_at for row in rows}


async def get(tx: Tx, client_id: int) -> Client | None:
    """One client, or None."""
    row = await tx.one(Q.get_client, {"client_id": client_id})
    return Client(*row) if row else None


async def ensure_owned(tx: Tx, phone: str, *, name: str, timezone: str, now: datetime) -> int:
    """The client of this owner's phone (E.164), made if it is new; its id."""
    await tx.run(Q.add_owned, {"name": name, "phone": phone, "timezone": timezone, "now": now})
    client_id = await by_owners_phone(tx, phone)
    assert client_id is not None  # noqa: S101  (it is there now, whoever made it)
    return client_id


async def by_owners_phone(tx: Tx, phone: str) -> int | None:
    """The client of this owner's phone (E.164), or None."""
    row = await tx.one(Q.by_owners_phone, {"phone": phone})
    return int(row.id) if row else None


async def describe(tx: Tx, client: Client) -> None:
    """Write the name, time zone and settings of a client whose row is locked."""
    row = {"client_id": client.id, "name": client.name, "timezone": client.timezone}
    await tx.run(Q.describe, {**row, "settings": orjson.dumps(dict(client.settings)).decode()})


async def lock(tx: Tx, client_id: int) -> None:
    """Lock a client for the rest of the transaction; others go on reading it, and writing to what belongs to it."""
    await tx.run(Q.lock, {"client_id": client_id})


async def owners_phone(tx: Tx, client_id: int) -> str | None:
    """The phone of a client's owner, or None."""
    row = await tx.one(Q.owners_phone, {"client_id": client_id})
    return row.phone_number if row else None


async def served_number(tx: Tx, client_id: int) -> str | None:
    """The number of ours that a client is served on, or None."""
    row = await tx.one(Q.served_number, {"client_id": client_id})
    return row.phone_e164 if row else None


async def list_all(tx: Tx) -> Sequence[Any]:
    """All clients with the number that each is served on."""
    return await tx.all(Q.list_clients)


async def ensure_first(
    tx: Tx, address: str, *, name: str, timezone: str, settings: Mapping[str, Any], now: datetime
) -> int | None:
    """Serve a first client on `address` if it belongs to nobody; returns the new client's id, or None.

    The number's row is the lock: processes that start at once make one client between them.
    """
    await tx.run(Q.open_number, {"address": address})
    number = await tx.one(Q.lock_number, {"address": address})
    if number.client_id is not None or number.status != "AVAILABLE":
        return None
    client = {"name": name, "timezone": timezone, "settings": orjson.dumps(dict(settings)).decode()}
    row = await tx.one(Q.add_client, {**client, "now": now})
    await tx.run(Q.assign_number, {"address": address, "client_id": row.id, "now": now})
    return int(row.id)
