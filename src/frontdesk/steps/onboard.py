"""onboard: what owners text, pay and call becomes the next step of their onboarding; and what a person wrote by hand.

A text of an owner is handled in its lane, one at a time and in order; the locks are for what comes from elsewhere at
the same time: a payment, a call, the scheduler.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import structlog

from frontdesk.clients import store as clients
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Tx
from frontdesk.inbox.model import Event
from frontdesk.message import TextReceived
from frontdesk.onboarding import rules
from frontdesk.onboarding import store as onboarding
from frontdesk.onboarding.model import Effect
from frontdesk.onboarding.rules import Said
from frontdesk.onboarding_states import State
from frontdesk.outbox.consents import record_consent
from frontdesk.provider import Sender
from frontdesk.readers.contacts import zone_of
from frontdesk.readers.keywords import keyword
from frontdesk.registry import Commit
from frontdesk.settings import Settings
from frontdesk.steps.addressed import is_phone
from frontdesk.steps.facts import opted_out
from frontdesk.steps.owners import PLACEHOLDER, Cause, Owner, carry_out, facts_of, load

__all__ = ["OwnerTexts", "called", "payment_turned", "take_up_client"]

_AWAY = timedelta(days=1)

log = structlog.get_logger(__name__)


class OwnerTexts:
    """The route of texts to ONBOARDING_NUMBER, which no lead writes to; see `Registry.text_routes`."""

    def __init__(self, clock: BusinessClock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings

    async def __call__(self, event: Event, text: TextReceived, sender: Sender) -> Commit | None:
        """The writes of a text to the onboarding number; None for any other, also where that number serves a client."""
        if text.to_address != self._settings.onboarding_number or event.client_id is not None:
            return None
        return partial(self._commit, event, text, sender)

    async def _commit(self, event: Event, text: TextReceived, sender: Sender, tx: Tx) -> None:
        now, ours = self._clock.now(), text.to_address
        if not is_phone(text.from_address):
            log.info("onboarding_text_from_no_phone", event_id=event.id)
            return
        out = await opted_out(tx, text.from_address, ours, None)
        word = keyword(text.body, opted_out=out)
        answers = sender.answers_keyword(text.channel, text.body)
        said = Said(text.body, word.kind if word else None, word.how if word else "keyword", answers, out)
        client_id = await clients.by_owners_phone(tx, text.from_address)
        if client_id is None:
            if said.keyword == "stop":  # whoever wants no texts becomes no client by saying so
                await record_consent(
                    tx,
                    address=text.from_address,
                    our_address=ours,
                    client_id=None,
                    kind="opt_out",
                    source=said.how,
                    evidence=_evidence(event, text),
                    now=now,
                )
                return
            zone = zone_of(text.from_address, self._settings.tz)
            client_id = await clients.ensure_owned(tx, text.from_address, name=PLACEHOLDER, timezone=zone, now=now)
        owner = await self._begun(tx, client_id, now)
        new = await onboarding.add_text(
            tx,
            request_id=event.request_id,
            client_id=client_id,
            state=owner.standing.current_state,
            body=text.body,
            event_id=event.id,
            received_at=event.received_at,
        )
        if not new:
            return  # a replay of what was handled
        asked_at = owner.standing.asked_at
        away = asked_at is not None and now - asked_at > _AWAY
        _settle_by_hand(owner, now)
        effects = rules.decide(facts_of(owner, away=away), said)
        owner.standing = replace(owner.standing, reminders=0, asked_at=now)
        cause = Cause(event.request_id, event.correlation_id, evidence=_evidence(event, text))
        await carry_out(tx, owner, effects, cause, now)

    async def _begun(self, tx: Tx, client_id: int, now: datetime) -> Owner:
        """The owner, with onboarding begun; a client that was set up otherwise, and has its number, needs none."""
        owner = await load(tx, client_id, self._settings)
        if owner is None:
            client = await clients.get(tx, client_id)
            served = await clients.served_number(tx, client_id)
            paid = client is not None and client.payment_active
            await onboarding.ensure(tx, client_id, complete=served is not None, paid=paid, now=now)
            owner = await load(tx, client_id, self._settings)
        assert owner is not None  # noqa: S101  (it was made above, and its client is locked)
        return owner


def _evidence(event: Event, text: TextReceived) -> dict[str, str]:
    return {"event_id": str(event.id), "body": text.body[:160]}


async def called(tx: Tx, client_id: int, now: datetime, settings: Settings) -> None:
    """A call came in for this client: if it is the test that its onboarding waits for, the client is live.

    Ask it before other rows of the client are locked.
    """
    if await onboarding.state_of(tx, client_id) is not State.S9_TEST_CALL:  # nearly always; without a lock
        return
    owner = await load(tx, client_id, settings)
    if owner is not None:
        _settle_by_hand(owner, now)
        await _turn(tx, owner, rules.called(facts_of(owner)), now)


async def payment_turned(clock: BusinessClock, settings: Settings, tx: Tx, client_id: int) -> None:
    """A client's payment was turned in this transaction, whose client row is locked."""
    await take_up_client(tx, client_id, clock.now(), settings)


async def take_up_client(tx: Tx, client_id: int, now: datetime, settings: Settings) -> bool:
    """Go on from what a person wrote into the client's onboarding or payment, or from what an event did to its payment.

    Compared with what the desk last recorded: true where there was something to take up.
    """
    owner = await load(tx, client_id, settings)
    if owner is None:
        return False
    before = owner.standing
    by_hand, paid = _settle_by_hand(owner, now), owner.client.payment_active
    turned = before.recorded_paid != paid
    owner.standing = replace(owner.standing, recorded_paid=paid)
    if by_hand:
        log.info("onboarding_taken_up", client_id=client_id, state=owner.standing.current_state.value)
        await _turn(tx, owner, _entered(owner, before.recorded_state), now, entered=True)
    elif turned:
        await _turn(tx, owner, (rules.paid if paid else rules.unpaid)(facts_of(owner)), now)
    return by_hand or turned


def _entered(owner: Owner, before: State | None) -> Sequence[Effect]:
    """What is said of a state that a person wrote: nothing of the same again, nor before a number was looked for."""
    state = owner.standing.current_state
    if state is State.S6_ASSIGN_NUMBER or state is before is State.COMPLETE:
        return []
    return rules.entered(facts_of(owner))


def _settle_by_hand(owner: Owner, now: datetime) -> bool:
    """Make one whole of what a person wrote in part, and begin the state's time anew; true where they wrote something.

    A completion makes the state COMPLETE, and a state before it takes the completion away.
    """
    row = owner.standing
    if (row.current_state, row.completed_at) == (row.recorded_state, row.recorded_completed_at):
        return False
    state, done = row.current_state, row.completed_at
    moved = state is not row.recorded_state
    if done is not None and done != row.recorded_completed_at:
        state = State.COMPLETE
    elif moved and state is not State.COMPLETE:
        done = None
    if state is State.COMPLETE:
        done = done or now
    owner.standing = replace(
        row,
        current_state=state,
        completed_at=done,
        entered_at=now,
        asked_at=now,
        reminders=0,
        returns_to=None,
        ready_at=None,
    )
    return True


async def _turn(tx: Tx, owner: Owner, effects: Sequence[Effect], now: datetime, *, entered: bool = False) -> None:
    """Something said unasked: its key is a running number of the owner's, which commits with it."""
    owner.standing = replace(owner.standing, turns=owner.standing.turns + 1)
    cause = Cause(f"turn:{owner.standing.turns}", uuid4().hex)
    await carry_out(tx, owner, effects, cause, now, entered=entered)
