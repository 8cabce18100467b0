"""How a lead form is handled: the person found or made, what they told kept, and a first text put where they agreed.

What was told stands in a conversation of the channel `form`, with its source, and in the person's text conversation as
well, so that the questions by text do not ask for it again.
"""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from frontdesk.clients import store as clients
from frontdesk.clients.model import Client
from frontdesk.conversations import store as conversations
from frontdesk.conversations.wording import say
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, Tx
from frontdesk.effects import Effect, Enroll, RecordConsent, Say, SendClass, SetFields
from frontdesk.errors import Malformed, NotPossible, Undeliverable
from frontdesk.inbox.model import Event
from frontdesk.leads import store as leads
from frontdesk.leads.model import Lead
from frontdesk.message import TextReceived
from frontdesk.provider import Provider
from frontdesk.readers.contacts import read_email, read_phone, region_of
from frontdesk.registry import Commit
from frontdesk.setting_channels import FormSettings
from frontdesk.settings import Settings
from frontdesk.steps.addressed import To, addressed
from frontdesk.steps.apply import Cause, apply
from frontdesk.steps.facts import flow_for, known_zone, opted_out, sequences_for
from frontdesk.told import LeadSubmitted

__all__ = ["FormHandler"]

log = structlog.get_logger(__name__)

_LONGEST_LIST = 300  # characters of field names in an error


@dataclass(frozen=True, slots=True)
class _Person:
    """Who filled in the form: at least one of both, and the fields with these two as they are stored."""

    phone: str | None
    email: str | None
    fields: dict[str, str]


class FormHandler:
    """Handles the forms of all sources."""

    def __init__(self, db: Database, bucket: Bucket, clock: BusinessClock, forms: Provider, settings: Settings) -> None:
        self._db = db
        self._bucket = bucket
        self._clock = clock
        self._forms = forms
        self._settings = settings

    async def __call__(self, event: Event) -> Commit:
        """Find the client and read the person; returns what is to be written. Raises Undeliverable."""
        try:
            told = self._forms.read(event.webhook_type, event.payload)
        except Malformed as error:
            raise Undeliverable(str(error)) from error
        if not isinstance(told, LeadSubmitted):
            raise Undeliverable(f"A webhook of type {event.webhook_type} does not hold a form.")
        async with self._db.transaction(self._bucket) as tx:
            client_id = told.client_id or event.client_id or await clients.only(tx)
            client = await clients.get(tx, client_id) if client_id is not None else None
            if client is None:
                raise Undeliverable(_whose(told, client_id))
            number = await clients.served_number(tx, client.id)
        person = _person(told, _region(client, self._settings, number))
        return partial(self._commit, event, told, client, person)

    async def _commit(self, event: Event, told: LeadSubmitted, client: Client, person: _Person, tx: Tx) -> None:
        # By its lock, the lead of an e-mail address is looked for by one form at a time: no constraint keeps it single.
        await clients.lock(tx, client.id)
        expiry = event.received_at + timedelta(days=self._settings.follow_up.expires_days)
        lead = await leads.ensure_person(
            tx,
            client_id=client.id,
            phone=person.phone,
            email=person.email,
            sequence_expires_at=expiry,
            now=event.received_at,
        )
        if not await self._keep(tx, event, told, lead, person):
            return  # the same form, replayed or sent again after its id was forgotten
        if person.phone is not None:
            await self._pass_on(tx, event, told, client, lead, person, person.phone)

    async def _keep(self, tx: Tx, event: Event, told: LeadSubmitted, lead: Lead, person: _Person) -> bool:
        """Write what was told into the form's conversation and the lead; false where it stands there already."""
        given = TextReceived(
            provider=self._forms.name,
            channel="form",
            provider_message_id=told.submission_id,
            from_address=person.phone or person.email or "",
            to_address=f"form:{told.source}",
            body="\n".join(f"{name.replace('_', ' ').capitalize()}: {value}" for name, value in person.fields.items()),
        )
        conversation = await conversations.ensure(
            tx, client_id=lead.client_id, lead_id=lead.id, text=given, now=event.received_at
        )
        now = event.received_at
        if not await conversations.add_inbound(
            tx, conversation, given, event_id=event.id, event_received_at=now, now=now
        ):
            return False
        cause = Cause(event, conversation, self._forms.name, known_zone(lead.timezone or "UTC"), now)
        told_fields: list[Effect] = [SetFields.of(person.fields, _reader(told))]
        await apply(tx, cause, told_fields, now=self._clock.now(), settings=self._settings)
        return True

    async def _pass_on(
        self, tx: Tx, event: Event, told: LeadSubmitted, client: Client, lead: Lead, person: _Person, phone: str
    ) -> None:
        """Let the conversation by text know what was told, and put the first text into it."""
        now = self._clock.now()
        try:
            to = await addressed(tx, To(phone=phone, client_id=client.id), now)
        except NotPossible as error:
            log.warning("form_without_text", why=str(error), client_id=client.id, source=told.source)
            return
        effects: list[Effect] = [SetFields.of(person.fields, _reader(told))]
        if told.consent and not await opted_out(tx, phone, to.from_number, client.id):
            # An opt-out stands: anybody could type this number into a form. Only the phone itself lifts it.
            evidence = {"event_id": str(event.id), "source": told.source}
            effects.append(RecordConsent("opt_in", f"form {told.source}", evidence))
        form = self._settings.forms.get(told.source, FormSettings())
        if form.text and (told.consent or form.text_without_consent):
            flow = flow_for(client.name, client.settings, self._settings.flow)
            body = say(form.text, flow, person.fields)
            effects.append(Say(body, "form_text", send_class=SendClass.UNPROMPTED, cause=told.submission_id))
            effects += [Enroll("new_lead")] if lead.status == "new" else []
        known = sequences_for(client.settings, self._settings.sequences)
        cause = Cause(event, to.conversation, to.provider, to.timezone, event.received_at, known)
        await apply(tx, cause, effects, now=now, settings=self._settings)


def _person(told: LeadSubmitted, region: str | None) -> _Person:
    """Who filled in the form. Raises Undeliverable where neither number nor address can be read."""
    phone = read_phone(told.fields.get("phone", ""), region)
    email = read_email(told.fields.get("email", ""))
    if phone is None and email is None:
        found = ", ".join(sorted(told.fields))[:_LONGEST_LIST] or "none"
        hint = " The number needs a country code, or COUNTRY set." if "phone" in told.fields and region is None else ""
        raise Undeliverable(
            f"The form from {told.source} holds neither a phone number nor an e-mail address that can be read (fields "
            f"found: {found}).{hint} Say where they stand in [forms.{told.source}] fields, then replay the event."
        )
    read = {"phone": phone, "email": email}
    return _Person(phone, email, {**told.fields, **{name: value for name, value in read.items() if value is not None}})


def _region(client: Client, settings: Settings, number: str | None) -> str | None:
    """Where a number without a country code belongs: by the client's settings, the desk's, else the client's number."""
    own = client.settings.get("country")
    if isinstance(own, str) and len(own) == 2:
        return own.upper()
    return settings.country or (region_of(number) if number else None)


def _reader(told: LeadSubmitted) -> str:
    return f"form:{told.source}"


def _whose(told: LeadSubmitted, client_id: int | None) -> str:
    if client_id is not None:
        return f"There is no client {client_id}: correct client in [forms.{told.source}], then replay the event."
    return (
        f"The desk serves no client, or several, and the form from {told.source} says for none of them: set client in "
        f"[forms.{told.source}] to its id, then replay the event."
    )
