"""What decisions must know, read across rooms: only steps see two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from pydantic import ValidationError

from frontdesk.conversations.model import Flow, FlowQuestion, HandOverWords
from frontdesk.db.pool import Tx
from frontdesk.db.queries import load_queries
from frontdesk.delays import delay
from frontdesk.effects import SendClass
from frontdesk.errors import Undeliverable
from frontdesk.hours import OpeningHours, opening_hours
from frontdesk.outbox.counters import Counters, Limits
from frontdesk.outbox.gate import Facts, Lane, Mode, Scope, Switch
from frontdesk.outbox.quiet import Window, every_day, window
from frontdesk.outbox.regions import places
from frontdesk.sequences.model import Sequence as FollowUps
from frontdesk.sequences.model import Step, Trigger
from frontdesk.setting_channels import TextBackSettings, VoiceSettings
from frontdesk.setting_parts import FlowSettings, LimitSettings, QuietSettings, SequenceSettings
from frontdesk.settings import Settings

__all__ = [
    "Known",
    "flow_for",
    "gate_facts",
    "hours_for",
    "known_zone",
    "opted_out",
    "sequences_for",
    "text_back_for",
    "voice_for",
]

_AT_NIGHT_SILENT = (SendClass.UNPROMPTED, SendClass.BULK)

Q = load_queries("frontdesk.steps", "facts.sql")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one ledger row: the gate's facts, its lead, and the time zone of the lead's day.

    `at` is the moment for which they hold: now, or when a message that is put ahead is due. `account_failing`: the last
    word of its account was a failure.
    """

    at: datetime
    facts: Facts
    lead_id: int | None
    timezone: str
    account_failing: bool


async def gate_facts(tx: Tx, ids: Sequence[int], settings: Settings, now: datetime) -> dict[int, Known]:
    """What the gate must know of each of these ledger rows at `now`, or when it is due if that is later."""
    lanes = [lane.value for lane in Lane]
    rows = await tx.all(Q.gate_facts, {"ids": list(ids), "lanes": lanes, "since": now - timedelta(hours=1)})
    known = {}
    for row in rows:
        at = max(now, row.due_at)
        facts, zone = _facts(row, settings, at), known_zone(row.timezone)
        known[row.id] = Known(at, facts, row.lead_id, zone, row.account_failing)
    return known


def _facts(row: Any, settings: Settings, now: datetime) -> Facts:
    send_class = SendClass(row.send_class)
    return Facts(
        send_class=send_class,
        due_at=row.due_at,
        opted_out=row.opted_out,
        client_paused=row.client_paused,
        client_unpaid=row.client_unpaid,
        bot_paused=row.bot_paused,
        lead_closed=row.lead_closed,
        not_textable=row.not_textable,
        limits=_limits(row.limits, settings.limits),
        counters=Counters(row.last_sms_at, row.sms_count_today, row.sms_count_reset_at),
        switches=tuple(Switch(Scope(scope), Mode(mode)) for scope, mode in map(str.split, row.switches)),
        whatsapp=row.channel == "whatsapp",
        template=bool(settings.whatsapp.template)
        and row.provider == "whatsapp",  # through Twilio they have other names
        last_inbound_at=row.last_inbound_at,
        same_texts=row.same_texts,
        withdrawn=row.withdrawn,
        account_down_until=row.open_until if row.open_until is not None and row.open_until > now else None,
        window=_window(row, settings.quiet, now) if send_class in _AT_NIGHT_SILENT else None,
    )


def _window(row: Any, defaults: QuietSettings, now: datetime) -> Window | None:
    """When this recipient may be written to unasked; None where no hours are quiet."""
    quiet = _own_quiet(row.quiet, defaults)
    if quiet.start == quiet.end:
        return None
    lead, client = (known_zone(zone) if zone else None for zone in (row.lead_timezone, row.client_timezone))
    open_hours = every_day(quiet.end, quiet.start)
    return window(now, places(row.to_address, lead, client, open_hours, us_states=quiet.us_states))


def _limits(own: Mapping[str, Any], defaults: LimitSettings) -> Limits:
    try:
        merged = LimitSettings(**{**defaults.model_dump(), **own})
    except (ValidationError, TypeError) as error:
        # Written by hand, wrongly: the desk's own limits hold, and nobody else's messages wait for the mending.
        log.error("client_limits_not_valid", limits=dict(own), error=str(error))
        merged = defaults
    return Limits(merged.seconds_between, merged.per_day, merged.replies_per_day, merged.strict)


def _own_quiet(own: Mapping[str, Any], defaults: QuietSettings) -> QuietSettings:
    try:
        return QuietSettings(**{**defaults.model_dump(), **own})
    except (ValidationError, TypeError) as error:
        log.error("client_quiet_hours_not_valid", quiet=dict(own), error=str(error))
        return defaults


async def opted_out(tx: Tx, address: str, our_address: str, client_id: int | None) -> bool:
    """True when the newest consent of this address that reaches our number, or this client, is an opt-out."""
    row = await tx.one(Q.opted_out, {"address": address, "our_address": our_address, "client_id": client_id})
    return bool(row and row.opted_out)


def known_zone(name: str) -> str:
    """`name` if it is a time zone, else UTC: a typo in one row stops nobody."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        log.error("time_zone_not_known", timezone=name)
        return "UTC"
    return name


def hours_for(own: Mapping[str, Any], defaults: Mapping[str, Any]) -> OpeningHours:
    """The opening hours in a client's settings, else the desk's; also where the client's own cannot be read."""
    try:
        return opening_hours(own.get("hours") or defaults)
    except (ValueError, TypeError, AttributeError) as error:
        log.error("client_hours_not_valid", hours=str(own.get("hours")), error=str(error))
        return opening_hours(defaults)


def text_back_for(own: Mapping[str, Any], defaults: TextBackSettings) -> TextBackSettings:
    """How a client answers missed calls. Whom the desk never texts back, no client does; where its own settings cannot
    be read, nobody is texted: a wrong text cannot be taken back.
    """
    given = own.get("text_back") or {}
    try:
        merged = TextBackSettings(**{**defaults.model_dump(), **given})
    except (ValidationError, TypeError) as error:
        log.error("client_text_back_not_valid", text_back=str(given)[:200], error=str(error))
        return defaults.model_copy(update={"enabled": False})
    return merged.model_copy(update={"ignore": (*defaults.ignore, *merged.ignore)})


def voice_for(own: Mapping[str, Any], defaults: VoiceSettings) -> VoiceSettings:
    """What a call to a client's number hears; the desk's own where the client's settings cannot be read."""
    given = own.get("voice") or {}
    try:
        return VoiceSettings(**{**defaults.model_dump(), **given})
    except (ValidationError, TypeError) as error:
        log.error("client_voice_not_valid", voice=str(given)[:200], error=str(error))
        return defaults


def flow_for(business: str, own: Mapping[str, Any], defaults: FlowSettings) -> Flow:
    """The flow of one client: the desk's own with the client's settings laid over it.

    Raises Undeliverable where the client's settings do not make a flow: better silent than wrong, and replayed later.
    """
    try:
        merged = FlowSettings(**{**defaults.model_dump(), **own.get("flow", {})})
    except (ValidationError, TypeError) as error:
        raise Undeliverable(
            f"The flow in the settings of {business} is not valid ({error}). Mend it, then replay the event."
        ) from error
    return Flow(
        business=business,
        greeting=merged.greeting,
        questions=tuple(FlowQuestion(q.key, q.text, q.type, q.required, q.again) for q in merged.questions),
        closing=merged.closing,
        passed_on=merged.passed_on,
        services=merged.services,
        service_words=merged.service_words,
        towns=merged.towns,
        deferred=merged.deferred,
        noted=merged.noted,
        hand_over=HandOverWords(**merged.hand_over.model_dump()),
        tell_client=merged.tell_client,
        debounce_seconds=merged.debounce_seconds,
    )


def sequences_for(own: Mapping[str, Any], defaults: Mapping[str, SequenceSettings]) -> dict[str, FollowUps]:
    """The sequences of one client, by name: the desk's, with those of the client's settings in their place."""
    merged = dict(defaults)
    for name, given in _mapping(own.get("sequences")).items():
        try:
            merged[name] = SequenceSettings.model_validate(given)
        except ValidationError as error:
            log.error("client_sequence_not_valid", sequence=name, error=str(error))
    return {
        name: FollowUps(name, Trigger(one.on), tuple(Step(delay(step.after), step.text) for step in one.steps))
        for name, one in merged.items()
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
