"""The statements of voice calls as functions."""

from dataclasses import asdict
from datetime import datetime

from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.voice.model import VoiceCall

__all__ = ["open_call", "save"]

Q = load_queries("frontdesk.voice")


async def open_call(
    tx: Tx,
    provider: str,
    provider_call_id: str,
    *,
    client_id: int | None,
    our_number: str | None,
    caller: str | None,
    now: datetime,
) -> VoiceCall:
    """What is known of a call, which is made if it is new; its row is locked for the rest of the transaction."""
    key = {"provider": provider, "provider_call_id": provider_call_id}
    whose = {"client_id": client_id, "our_number": our_number, "caller": caller}
    return VoiceCall(*await tx.one(Q.open_call, {**key, **whose, "now": now}))


async def save(tx: Tx, provider: str, provider_call_id: str, call: VoiceCall) -> None:
    """Write what is known of a call that `open_call` locked."""
    await tx.run(Q.save_call, {"provider": provider, "provider_call_id": provider_call_id, **asdict(call)})
