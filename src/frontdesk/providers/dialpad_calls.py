"""Dialpad's call events as values: ids, times, states, and what each state says of a call.

Source: Dialpad, "Call events". Ids are 64-bit whole numbers, never floats; times are milliseconds since 1970; booleans
were seen as the texts "TRUE" and "FALSE". `event_timestamp` is the only order, and may be missing.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from frontdesk.errors import Malformed
from frontdesk.providers.callers import caller, plain_number
from frontdesk.told import CallReceived, CallSign

__all__ = ["SIGNS", "call_id_of", "id_of", "key_of_call", "lane_of_call", "our_line", "read_call"]

SIGNS: dict[str, CallSign] = {
    **dict.fromkeys(("preanswer", "ringing", "calling", "queued"), CallSign.RINGING),
    **dict.fromkeys(
        ("connected", "hold", "parked", "monitor", "barge", "takeover", "eavesdrop", "merged"), CallSign.CONNECTED
    ),
    "hangup": CallSign.ENDED,
    "missed": CallSign.MISSED,
    "voicemail": CallSign.GREETING,
    "voicemail_uploaded": CallSign.VOICEMAIL,
    "blocked": CallSign.REJECTED,
}
"""All other states (recordings, transcripts, recaps, dispositions, scores) tell details of a call."""

_LEGS = ("master_call_id", "entry_point_call_id", "operator_call_id")
_DATES = (
    "date_started", "date_rang", "date_first_rang", "date_queued", "date_connected", "date_ended"
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 4_102_444_800_000  # ms: the year 2100
_LARGEST_ID = 2**64 - 1


def id_of(value: object) -> str | None:
    """An id as text; None for what is none. A float is none: it may have lost digits."""
    if isinstance(value, str) and value.isascii() and value.strip().isdigit() and len(value.strip()) <= 20:
        value = int(value.strip())
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LARGEST_ID:
        return None
    return str(value)


def call_id_of(event: Mapping[str, Any]) -> str:
    """The id of the call or leg. Raises Malformed."""
    call_id = id_of(event.get("call_id"))
    if call_id is None:
        raise Malformed("The call from Dialpad has a call_id that is no whole number of 64 bits.")
    return call_id


def key_of_call(event: Mapping[str, Any]) -> str:
    """`call_id:state:event_timestamp`, by which a redelivery is known. Raises Malformed."""
    stamp = _milliseconds(event.get("event_timestamp"))
    return f"{call_id_of(event)}:{_state(event)}:{stamp if stamp is not None else _newest_date(event)}"


def lane_of_call(event: Mapping[str, Any]) -> str:
    """All calls of one caller share a lane: the ids of a call's legs are not the same, and cannot name one."""
    other = caller(event.get("external_number"))
    if other:
        return f"dialpad:{other}"
    return next(iter([*_related(event), call_id_of(event)]))


def our_line(event: Mapping[str, Any]) -> str:
    """The line that was called or that called; empty where the event names none."""
    target = _object(event, "target")
    found = (event.get("internal_number"), target.get("phone"), target.get("phone_number"))
    return next((number for given in found if (number := plain_number(given))), "")


def read_call(event: Mapping[str, Any]) -> CallReceived:
    """What one event says of its call. Raises Malformed."""
    state, times = _state(event), {name: _milliseconds(event.get(name)) for name in _DATES}
    talk = _seconds(event.get("talk_time"))
    direction = event.get("direction")
    stamp = _milliseconds(event.get("event_timestamp"))
    return CallReceived(
        provider="dialpad",
        provider_call_id=call_id_of(event),
        sign=_sign(event, state),
        provider_state=state,
        direction=direction if isinstance(direction, str) else None,
        our_address=our_line(event),
        other_address=caller(event.get("external_number")),
        occurred_at=_time(stamp if stamp is not None else _newest_date(event)),
        started_at=_time(times["date_started"]),
        ended_at=_time(times["date_ended"]),
        rang=times["date_rang"] is not None or times["date_first_rang"] is not None,
        talked=times["date_connected"] is not None or bool(talk),
        talk_seconds=talk,
        related=tuple(_related(event)),
    )


def _sign(event: Mapping[str, Any], state: str) -> CallSign:
    if state == "transcription" and event.get("voicemail_recording_id"):
        return CallSign.VOICEMAIL  # of a voicemail: so one was left
    return SIGNS.get(state, CallSign.DETAILS)


def _related(event: Mapping[str, Any]) -> list[str]:
    own = id_of(event.get("call_id"))
    found = (id_of(event.get(name)) for name in _LEGS)
    return list(dict.fromkeys(one for one in found if one is not None and one != own))


def _state(event: Mapping[str, Any]) -> str:
    state = event.get("state")
    word = state.strip().lower() if isinstance(state, str) else ""
    return word[:64] if word.isprintable() and word else "unknown"


def _newest_date(event: Mapping[str, Any]) -> int | None:
    return max((at for name in _DATES if (at := _milliseconds(event.get(name))) is not None), default=None)


def _milliseconds(value: object) -> int | None:
    """Milliseconds since 1970, also where they come as text or with a fraction; None for what is no such time."""
    number = _number(value)
    return int(number) if number is not None and 0 < number < _LATEST else None


def _number(value: object) -> float | None:
    if isinstance(value, str) and len(value) < 32:
        try:
            value = int(value) if value.strip().isdigit() else float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _seconds(value: object) -> int | None:
    """Whole seconds of a duration in milliseconds, sometimes with a fraction."""
    number = _number(value)
    return round(number / 1000) if number is not None and 0 <= number < _LATEST else None


def _time(milliseconds: int | None) -> datetime | None:
    return _EPOCH + timedelta(milliseconds=milliseconds) if milliseconds is not None else None


def _object(event: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = event.get(name)
    return value if isinstance(value, dict) else {}
