"""owners: one owner in onboarding, loaded under lock, and what was decided about them carried out.

The client's row is locked before that of its onboarding, as payments do; then a number of the pool.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import structlog

from frontdesk.clients import pool
from frontdesk.clients import store as clients
from frontdesk.clients.model import Client
from frontdesk.db.pool import Tx
from frontdesk.effects import SendClass
from frontdesk.onboarding import answers, rules, wording
from frontdesk.onboarding import store as onboarding
from frontdesk.onboarding.model import Consent, Effect, Facts, Learn, Move, Ready, Reply
from frontdesk.onboarding.store import Standing
from frontdesk.onboarding_states import State
from frontdesk.outbox import store as outbox
from frontdesk.outbox.consents import record_consent
from frontdesk.outbox.keys import dedupe_key
from frontdesk.outbox.model import Draft
from frontdesk.outbox.segments import prepared
from frontdesk.readers.contacts import calling_code_of, region_of
from frontdesk.settings import Settings
from frontdesk.steps.facts import known_zone
from frontdesk.steps.judge import judge_put
from frontdesk.steps.pool_alerts import found_empty, reserved

__all__ = ["PLACEHOLDER", "REPLY_TYPE", "Cause", "Owner", "carry_out", "facts_of", "load", "serve"]

PLACEHOLDER = "New business"
"""The name of a client whose owner did not tell it yet."""
REPLY_TYPE = "onboarding"
_PROVIDER = "twilio"  # the pool of our numbers is Twilio's

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Owner:
    """An owner whose rows are locked: they change here as they change in the database."""

    client: Client
    standing: Standing
    phone: str | None
    number: str | None
    settings: Settings
    said: int = 0
    """How many texts this turn put: the ordinal of the next one's key."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What the ledger keys of a turn derive from: the text's own id, or the running number of what is said unasked."""

    key: str
    correlation_id: str
    send_class: SendClass = SendClass.REPLY
    evidence: Mapping[str, Any] = field(default_factory=dict)


async def load(tx: Tx, client_id: int, settings: Settings) -> Owner | None:
    """An owner with their rows locked; None for a client without onboarding."""
    await clients.lock(tx, client_id)
    standing = await onboarding.lock(tx, client_id)
    client = await clients.get(tx, client_id)
    if standing is None or client is None:
        return None
    phone, number = await clients.owners_phone(tx, client_id), await clients.served_number(tx, client_id)
    return Owner(client, standing, phone, number, settings)


def facts_of(owner: Owner, *, away: bool = False) -> Facts:
    """What is known of an owner, for decisions."""
    client, standing, link = owner.client, owner.standing, owner.settings.onboarding.payment_link
    flow, voice, hours = (_mapping(client.settings.get(name)) for name in ("flow", "voice", "hours"))
    towns = ", ".join(map(str, flow.get("towns") or ()))
    return Facts(
        state=standing.current_state,
        name="" if client.name == PLACEHOLDER else client.name,
        services=tuple(map(str, flow.get("services") or ())),
        area=str(client.settings.get("area") or towns),
        hours=hours,
        greeting=str(voice.get("greeting") or ""),
        zone=known_zone(client.timezone),
        country=region_of(owner.phone) if owner.phone else None,
        paid=client.payment_active,
        ready=standing.ready_at is not None,
        number=owner.number,
        pay_link=_with_client(link, client.id) if link else None,
        returns_to=standing.returns_to,
        away=away,
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _with_client(link: str, client_id: int) -> str:
    """The payment link with the client's id, by which the payment's event finds the client."""
    return f"{link}{'&' if '?' in link else '?'}{urlencode({'client_reference_id': client_id})}"


async def carry_out(
    tx: Tx, owner: Owner, effects: Sequence[Effect], cause: Cause, now: datetime, *, entered: bool = False
) -> None:
    """Do what was decided, serve who has come to wait for a number, and record where the owner stands.

    `entered`: the state was entered before, by a person.
    """
    for effect in effects:
        await _do(tx, owner, effect, cause, now)
    entered = entered or any(isinstance(one, Move) for one in effects)
    if entered and owner.standing.current_state is State.S6_ASSIGN_NUMBER:
        await serve(tx, owner, cause, now)
    await onboarding.save(tx, owner.standing)


async def serve(tx: Tx, owner: Owner, cause: Cause, now: datetime, *, first_told: bool = True) -> bool:
    """Give a waiting owner a number, and go on. Where none is free, the operator is told at once, and so is the owner,
    if that is the first they hear.
    """
    if owner.number is None and await _is_next(tx, owner):
        owner.number = await pool.take(
            tx,
            owner.client.id,
            calling_code=calling_code_of(owner.phone) if owner.phone and owner.settings.pool.same_country else "",
            reserved=reserved(owner.settings),
            now=now,
        )
        if owner.number is None and first_told:  # whoever goes on waiting is told of by the scheduler
            found_empty(tx, owner.settings, now)
    if owner.number is None:
        if first_told:
            await _do(tx, owner, Reply(wording.prompt(facts_of(owner)), "waiting"), cause, now)
        return False
    log.info("number_assigned", client_id=owner.client.id)
    for effect in rules.assigned(facts_of(owner)):
        await _do(tx, owner, effect, cause, now)
    return True


async def _is_next(tx: Tx, owner: Owner) -> bool:
    """Nobody has waited longer: who comes now does not take the number that they wait for."""
    first = await onboarding.waiting(tx, 1)
    return not first or first[0] == owner.client.id


async def _do(tx: Tx, owner: Owner, effect: Effect, cause: Cause, now: datetime) -> None:
    standing = owner.standing
    match effect:
        case Reply():
            await _say(tx, owner, effect, cause, now)
            owner.standing = replace(standing, asked_at=now)
        case Learn():
            owner.client = _learned(owner.client, effect)
            await clients.describe(tx, owner.client)
        case Ready():
            owner.standing = replace(standing, ready_at=now)
        case Move():
            done = now if effect.to is State.COMPLETE else None
            moved = replace(
                standing, current_state=effect.to, entered_at=now, completed_at=done, reminders=0, asked_at=now
            )
            owner.standing = replace(moved, returns_to=effect.returns_to)
            log.info(
                "onboarding_moved",
                client_id=owner.client.id,
                state=effect.to.value,
                before=standing.current_state.value,
            )
        case Consent():
            await record_consent(
                tx,
                address=owner.phone or "",
                our_address=owner.settings.onboarding_number or "",
                client_id=None,  # it reaches the number of onboarding alone
                kind=effect.kind,
                source=effect.source,
                evidence=cause.evidence,
                now=now,
            )


def _learned(client: Client, learn: Learn) -> Client:
    """The client with an answer in its place, and everything else as it was."""
    own, value = dict(client.settings), learn.value
    match learn.what:
        case "name":
            return replace(client, name=value)
        case "zone":
            return replace(client, timezone=value)
        case "services":
            own["flow"] = {**_mapping(own.get("flow")), "services": list(value)}
        case "area":
            own["area"] = value
            own["flow"] = {**_mapping(own.get("flow")), "towns": list(answers.towns_of(value))}
        case "hours":
            own["hours"] = value
        case "greeting":
            own["voice"] = {**_mapping(own.get("voice")), "greeting": value}
        case _:
            raise ValueError(f"owners tell nothing called {learn.what!r}")
    return replace(client, settings=own)


async def _say(tx: Tx, owner: Owner, reply: Reply, cause: Cause, now: datetime) -> None:
    ours = owner.settings.onboarding_number
    if owner.phone is None or ours is None:
        why = "ONBOARDING_NUMBER is not set" if ours is None else "clients.phone_number is empty"
        log.warning("owner_not_told", client_id=owner.client.id, about=reply.about, why=f"{why}: set it")
        return
    text = prepared(reply.body)
    draft = Draft(
        dedupe_key=dedupe_key(f"onboarding:{owner.client.id}", REPLY_TYPE, reply.about, owner.said, cause.key),
        conversation_id=None,
        lead_id=None,  # it counts against no lead
        client_id=owner.client.id,
        provider=_PROVIDER,
        channel="sms",
        from_address=ours,
        to_address=owner.phone,
        body=text.body,
        segments=text.segments,
        reply_type=REPLY_TYPE,
        question_key=reply.about,
        send_class=SendClass.COMPLIANCE if reply.compliance else cause.send_class,
        correlation_id=cause.correlation_id,
        available_at=now,
        timezone=known_zone(owner.client.timezone),
    )
    owner.said += 1
    put = await outbox.put(tx, draft, now)
    if put.first:
        await judge_put(tx, put.ledger_id, now=now, settings=owner.settings)
