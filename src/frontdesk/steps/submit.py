"""submit: a lead that comes by our own API is stored like a form's webhook, once for each key that the caller gives."""

import hashlib
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

import orjson

from frontdesk.db.pool import Bucket, Database
from frontdesk.errors import KeyUsed
from frontdesk.inbox import store as inbox
from frontdesk.inbox.model import Arrival
from frontdesk.providers.forms import LEAD_FORM, PROFILES, LeadForms
from frontdesk.steps.receive import Receiver

__all__ = ["submit"]


async def submit(
    db: Database,
    bucket: Bucket,
    receiver: Receiver,
    forms: LeadForms,
    form: Mapping[str, Any],
    *,
    source: str,
    client_id: int | None,
    caller: str,
    key: str,
) -> str:
    """Keep a lead; returns the id under which it stands, the same for the same caller, source and key.

    Raises KeyUsed when the key came with another lead, Overloaded when the database is away.
    """
    body = orjson.dumps({"source": source, "client_id": client_id, "form": form}, option=orjson.OPT_SORT_KEYS)
    request_id = f"lead_api:{caller}:{source}:{key}"
    # The fingerprint stands in the row that makes the id unique, so that it is there as soon as the id is.
    name = f"post_lead/{hashlib.sha256(body).hexdigest()[:32]}"
    item = forms.item(source, request_id, form, client_id=client_id, function_name=name)
    arrival = Arrival(item, body, {"content-type": "application/json"}, token_hex(16), PROFILES[LEAD_FORM].dedupe_for)
    if not (await receiver.receive(arrival)).first:
        async with db.transaction(bucket, single=True) as tx:
            before = await inbox.stored_as(tx, request_id)
        if before is not None and before != name:
            raise KeyUsed(
                f"The Idempotency-Key {key!r} came with another lead before: nothing was done. Use a new key."
            )
    return request_id
