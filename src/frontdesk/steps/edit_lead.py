"""edit_lead: a person corrects what is known of a lead; their word wins over every reading, before and after."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from frontdesk.conversations import store as conversations
from frontdesk.conversations.edits import as_columns, locked
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotThere
from frontdesk.leads import store as leads
from frontdesk.steps.audited import Asked, carry_out
from frontdesk.steps.send_by_hand import NotClear

__all__ = ["edit_lead"]


async def edit_lead(
    db: Database,
    bucket: Bucket,
    clock: BusinessClock,
    lead_id: int,
    given: Mapping[str, str],
    *,
    actor: str,
    key: str | None = None,
) -> Any:
    """Write first_name, last_name, email or service of a lead, and lock them in its conversations; returns the lead.

    Recorded by the names of the columns: a record outlives the lead's wish to be forgotten, so it holds no values.
    Raises NotClear with what is wrong, NotThere, or KeyUsed.
    """
    try:
        columns = as_columns(given)
    except ValueError as error:
        raise NotClear(f"{error}.") from error

    async def write(tx: Tx) -> Mapping[str, Any]:
        # The lead's row is locked by its update, and before its conversations: the order of every step.
        row = await leads.edit(tx, lead_id, columns)
        if row is None:
            raise _nobody(lead_id)
        there = await conversations.lock_all_of(tx, lead_id)
        for conversation_id, known in there.items():
            after = locked(known, row._asdict(), columns, by=actor, at=clock.now().isoformat())
            conversations.save_known(tx, conversation_id, after)
        return {"conversations": list(there)}

    wanted = {"columns": sorted(columns), "digest": _digest(columns)}
    await carry_out(db, bucket, clock, Asked(actor, "edit", f"lead {lead_id}", key, wanted), write)
    async with db.transaction(bucket) as tx:
        lead = await leads.show(tx, lead_id)
    if lead is None:
        raise _nobody(lead_id)
    return lead


def _digest(columns: Mapping[str, str]) -> str:
    """Tells a request under the same key from another one."""
    return hashlib.sha256(json.dumps(columns, sort_keys=True).encode()).hexdigest()[:16]


def _nobody(lead_id: int) -> NotThere:
    return NotThere(f"There is no lead {lead_id}: see `frontdesk leads list`.")
