"""taking_over: a person takes a lead's conversations, and the bot is silent in them; or gives them back to it.

What the bot has put and not sent is not sought out here: the gate looks at the conversation when a message is claimed
and once more right before it is sent, and blocks it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frontdesk.conversations import store as conversations
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.errors import NotPossible, NotThere
from frontdesk.leads import store as leads
from frontdesk.sequences import store as sequences
from frontdesk.sequences.model import EndReason
from frontdesk.steps.audited import Asked, carry_out

__all__ = ["Held", "Released", "release", "take_over"]


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that a person has, since when and why; what this request took over with it, and ended."""

    conversation_id: int
    since: datetime
    why: str | None
    conversations: int
    sequences_ended: int


@dataclass(frozen=True, slots=True)
class Released:
    """A conversation that the bot answers again; `conversations` of its lead were released, this one among them."""

    conversation_id: int
    conversations: int


async def take_over(
    db: Database, bucket: Bucket, clock: BusinessClock, conversation_id: int, *, actor: str, key: str | None = None
) -> Held:
    """Keep the bot silent in all conversations of this one's lead, and end the lead's sequences. Recorded.

    Whoever takes over what a person has already changes nothing, and that is not recorded. Raises NotThere, or
    NotPossible where the request is an old one and the conversation was released since.
    """

    async def take(tx: Tx) -> Mapping[str, Any] | None:
        lead_id = (await _holding(tx, conversation_id)).lead_id
        leads.lock_next(tx, lead_id)  # the lead before its conversations and its enrolments: the order of every step
        taken = (await _holding(tx, conversation_id)).not_held
        await conversations.pause_all_of(tx, lead_id, "by_hand", clock.now())
        ended = await sequences.withdraw(tx, lead_id, EndReason.HAND_OVER, clock.now())
        return {"conversations": taken, "sequences_ended": ended} if taken or ended else None

    done = await carry_out(db, bucket, clock, Asked(actor, "take over", f"conversation {conversation_id}", key), take)
    async with db.transaction(bucket) as tx:
        row = await _holding(tx, conversation_id)
    if row.bot_paused_at is None:
        raise NotPossible(
            f"Conversation {conversation_id} was released again since: take it over once more, with a new key."
        )
    came = done or {"conversations": 0, "sequences_ended": 0}
    return Held(conversation_id, row.bot_paused_at, row.bot_paused_why, came["conversations"], came["sequences_ended"])


async def release(
    db: Database, bucket: Bucket, clock: BusinessClock, conversation_id: int, *, actor: str, key: str | None = None
) -> Released:
    """Let the bot answer this conversation's lead again: it goes on at its next question as they write. Recorded.

    Raises NotThere, or NotPossible where nobody has any conversation of the lead.
    """

    async def let_go(tx: Tx) -> Mapping[str, Any]:
        lead_id = (await _holding(tx, conversation_id)).lead_id
        leads.lock_next(tx, lead_id)
        released = await conversations.release_all_of(tx, lead_id)
        if not released:
            raise NotPossible(
                f"Nobody has conversation {conversation_id}, so there is nothing to release: the desk answers in it by "
                f"itself. To have it, take it over (frontdesk conversations take-over {conversation_id})."
            )
        return {"conversations": released}

    asked = Asked(actor, "release", f"conversation {conversation_id}", key)
    done = await carry_out(db, bucket, clock, asked, let_go)
    return Released(conversation_id, (done or {"conversations": 0})["conversations"])


async def _holding(tx: Tx, conversation_id: int) -> Any:
    row = await conversations.holding(tx, conversation_id)
    if row is None:
        raise NotThere(f"There is no conversation {conversation_id}: see `frontdesk conversations list`.")
    return row
