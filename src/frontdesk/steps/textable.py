"""textable: a person knows better than the carrier, and a lead whose number took no texts is texted again."""

from typing import Any

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotPossible
from frontdesk.leads import store as leads
from frontdesk.steps.audited import Asked, carry_out

__all__ = ["let_be_texted"]


async def let_be_texted(
    db: Database, bucket: Bucket, clock: BusinessClock, lead_id: int, *, note: str, actor: str, key: str | None = None
) -> None:
    """Lift what the carrier said of a lead's number, and keep who did and why. Raises NotPossible where nothing is."""

    async def lift(tx: Tx) -> dict[str, Any]:
        if not await leads.mark_textable(tx, lead_id):
            raise NotPossible(
                f"Nothing keeps lead {lead_id} from being texted: no carrier said that its number cannot be."
            )
        return {}

    await carry_out(db, bucket, clock, Asked(actor, "textable", f"lead {lead_id}", key, {"note": note}), lift)
