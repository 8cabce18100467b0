"""would_say: what the gate would say at this moment of a reply and of an unprompted text; nothing is kept.

The gate's facts are read for rows of the ledger, so two are put and undone: a second query that guesses them would one
day say something else than the one by which messages go.
"""

from collections.abc import Mapping
from uuid import uuid4

from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database
from frontdesk.effects import SendClass
from frontdesk.errors import NotPossible
from frontdesk.outbox import store as outbox
from frontdesk.outbox.gate import Verdict, gate
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft
from frontdesk.settings import Settings
from frontdesk.steps.addressed import Addressed, To, addressed
from frontdesk.steps.facts import gate_facts

__all__ = ["would_say"]

_KINDS = {SendClass.REPLY: "question", SendClass.UNPROMPTED: "sequence"}


class _OnlyAsked(Exception):
    """Undo what was put in order to ask."""


async def would_say(
    db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, conversation_id: int
) -> Mapping[SendClass, Verdict | str]:
    """The gate's verdicts on a reply and an unprompted text now, or why nobody can be written to in this conversation.

    Raises NotThere.
    """
    now, verdicts = clock.now(), dict[SendClass, Verdict | str]()
    try:
        async with db.transaction(bucket) as tx:
            try:
                whom = await addressed(tx, To(conversation_id), now)
            except NotPossible as error:
                if error.status == NotPossible.status:
                    return dict.fromkeys(_KINDS, str(error))
                raise
            ids = {(await outbox.put(tx, _draft(whom, kind, clock), now)).ledger_id: kind for kind in _KINDS}
            known = await gate_facts(tx, list(ids), settings, now)
            verdicts |= {ids[ledger_id]: gate(one.facts, one.at) for ledger_id, one in known.items()}
            raise _OnlyAsked
    except _OnlyAsked:
        return verdicts


def _draft(whom: Addressed, send_class: SendClass, clock: BusinessClock) -> Draft:
    conversation, name = whom.conversation, f"asked:{uuid4()}"
    return Draft(
        dedupe_key=dedupe_key(f"conversation:{conversation.id}", "asked", None, 0, name),
        conversation_id=conversation.id,
        lead_id=conversation.lead_id,
        client_id=conversation.client_id,
        provider=whom.provider,
        channel=conversation.channel,
        from_address=whom.from_number,
        to_address=conversation.other_address,
        body=name,  # like nothing that was ever said
        segments=1,
        reply_type=_KINDS[send_class],
        question_key=None,
        send_class=send_class,
        correlation_id=name,
        available_at=clock.now(),
        timezone=whom.timezone,
    )
