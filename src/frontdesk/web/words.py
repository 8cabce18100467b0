"""How times, states and reasons are said to a person. All pure."""

from datetime import datetime, tzinfo

from frontdesk.outbox.gate import Reason

__all__ = [
    "ago",
    "clock_time",
    "day",
    "duration",
    "held_because",
    "moment",
    "precise_time",
    "stamp",
    "status_word",
    "why",
]

_MORE_REASONS = {"needs_a_person": "a person must say whether it was sent"}
_HELD_WORDS = {
    "asked": "the lead asked for one",
    "emergency": "it may be an emergency",
    "not_understood": "the lead was not understood twice",
    "voice": "a voice agent handed over",
    "by_hand": "somebody took it over",
}
_STATUS_WORDS = {
    "queued": "queued",
    "sending": "being sent",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "not delivered",
    "failed": "not sent",
    "unknown": "unknown: it may have been sent",
    "blocked": "blocked",
    "cancelled": "cancelled",
    "received": "received",
    "waiting": "waiting",
    "retrying": "failed, will be tried again",
    "held": "held: waits for a person",
    "done": "handled",
    "dead": "dead letter: needs a person",
}


def duration(seconds: float) -> str:
    """A span of time in its largest unit, such as `3 min`."""
    whole = max(0, int(seconds))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def ago(at: datetime | None, now: datetime) -> str:
    """How long ago `at` was, or how soon it will be."""
    if at is None:
        return "never"
    seconds = (now - at).total_seconds()
    if seconds < -1:
        return f"in {duration(-seconds)}"
    return "just now" if seconds < 5 else f"{duration(seconds)} ago"


def clock_time(at: datetime | None, zone: tzinfo) -> str:
    """The time of day to the second."""
    return at.astimezone(zone).strftime("%H:%M:%S") if at else "–"


def precise_time(at: datetime | None, zone: tzinfo) -> str:
    """The time of day to the millisecond, as a timeline needs it."""
    return at.astimezone(zone).strftime("%H:%M:%S.%f")[:-3] if at else "–"


def day(at: datetime, zone: tzinfo, now: datetime) -> str:
    """The day in words: today, or the date."""
    local, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    return "Today" if local == today else f"{local:%A} {local.day} {local:%B %Y}"


def moment(at: datetime | None, zone: tzinfo, now: datetime) -> str:
    """A time to come or lately gone: the time of day alone where it is today, else with its date."""
    if at is None:
        return "–"
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M:%S}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def stamp(at: datetime | None, zone: tzinfo) -> str:
    """Date, time and zone, for a tooltip or a record."""
    if at is None:
        return "–"
    local = at.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {local:%Z}"


def status_word(status: str | None) -> str:
    """The state of a message or an event in plain words; ledger states are the same in capitals."""
    if status is None:
        return ""
    name = {"pending": "queued"}.get(status.lower(), status.lower())
    return _STATUS_WORDS.get(name, name)


def held_because(reason: str | None) -> str:
    """Why a person has a conversation, in plain words; empty where nobody said."""
    return _HELD_WORDS.get(reason, reason) if reason is not None else ""


def why(reason: str | None) -> str:
    """A reason of the gate in plain words; one that a person wrote stands as it is."""
    if reason is None:
        return ""
    try:
        return Reason(reason).words
    except ValueError:
        return _MORE_REASONS.get(reason, reason)
