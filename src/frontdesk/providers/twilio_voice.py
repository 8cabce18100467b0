"""Twilio's voice webhooks: an incoming call, the end of a `<Dial>`, and the status of a call; and the TwiML they get.

Source: Twilio, "TwiML for Programmable Voice" and "Call resource". The parent call ends `completed` whether or not the
person that was dialled picked up: that is told by DialCallStatus alone. All three kinds come to one URL.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from frontdesk.errors import Malformed
from frontdesk.message import Item, LaneClass
from frontdesk.provider import Answer, HttpRequest
from frontdesk.providers.callers import caller, plain_number
from frontdesk.providers.twilio_webhooks import SID, VOICE, form_fields
from frontdesk.told import CallReceived, CallSign

__all__ = ["asks_for_answer", "dial", "parse_call", "read_call", "said", "was_dialled"]

_DIALLED = {
    "completed": CallSign.CONNECTED,
    "answered": CallSign.CONNECTED,
    "no-answer": CallSign.MISSED,
    "busy": CallSign.MISSED,
    "canceled": CallSign.MISSED,
    "failed": CallSign.FAILED,
}
_INBOUND = {
    # `in-progress` says that the desk's TwiML runs, not that a person talks.
    **dict.fromkeys(("queued", "initiated", "ringing", "in-progress"), CallSign.RINGING),
    **dict.fromkeys(("no-answer", "busy", "canceled"), CallSign.MISSED),
    "failed": CallSign.FAILED,
    "completed": CallSign.ENDED,
}
_OUTBOUND = {**_INBOUND, "in-progress": CallSign.CONNECTED}
_LONGEST_WORD = 32
_FINAL = ("completed", "no-answer", "busy", "canceled", "failed")


def parse_call(request: HttpRequest) -> Item:
    """The item of a voice webhook. Raises Malformed where CallSid or CallStatus is missing or unusable."""
    fields = form_fields(request)
    sid, status = _sid(fields), _status(fields)
    dialled = _word(fields, "DialCallStatus")
    ours, theirs = _numbers(fields)
    return Item(
        webhook_type=VOICE,
        request_id=f"{sid}:dial:{dialled}" if dialled else f"{sid}:{status}",
        our_address=ours,
        other_address=theirs,
        lane_class=LaneClass.CALL,
        payload=fields,
        channel="voice",
        lane_ref=sid,
    )


def read_call(payload: Mapping[str, Any]) -> CallReceived:
    """What a stored webhook says of its call. Raises Malformed."""
    status, dialled = _status(payload), _word(payload, "DialCallStatus")
    outbound = _outbound(payload)
    ours, theirs = _numbers(payload)
    sign = (_OUTBOUND if outbound else _INBOUND).get(status, CallSign.DETAILS)
    if dialled:
        sign = _DIALLED.get(dialled, CallSign.DETAILS)
    at = _timestamp(payload)
    answered = sign is CallSign.CONNECTED or (outbound and status == "completed")
    return CallReceived(
        provider="twilio",
        provider_call_id=_sid(payload),
        sign=sign,
        provider_state=status,
        direction=_direction(payload),
        our_address=ours,
        other_address=theirs,
        # Its timestamps are in whole seconds, and not on all: no order can be had of them.
        occurred_at=None,
        started_at=None,
        ended_at=at if status in _FINAL and not dialled else None,
        rang=asks_for_answer(payload),
        talked=True if answered else None,
        talk_seconds=_seconds(payload, "DialCallDuration" if dialled else "CallDuration") if answered else None,
    )


def asks_for_answer(payload: Mapping[str, Any]) -> bool:
    """True for a call that comes in and wants to be told what to do; a status callback has a source or a time."""
    told = any(_text(payload, name) for name in ("CallbackSource", "Timestamp", "DialCallStatus"))
    return _word(payload, "CallStatus") == "ringing" and not _outbound(payload) and not told


def was_dialled(payload: Mapping[str, Any]) -> bool | None:
    """Whether the person that was dialled picked up; None where nobody was."""
    dialled = _word(payload, "DialCallStatus")
    return _DIALLED.get(dialled) is CallSign.CONNECTED if dialled else None


def dial(number: str, *, seconds: int, action: str) -> Answer:
    """TwiML that rings a person, and then posts how that went to `action`."""
    attributes = f"action={quoteattr(action)} timeout={quoteattr(str(seconds))} answerOnBridge={quoteattr('true')}"
    return _twiml(f"<Dial {attributes}><Number>{escape(number)}</Number></Dial>")


def said(words: str) -> Answer:
    """TwiML that says a sentence, or nothing, and hangs up."""
    return _twiml(f"<Say>{escape(words)}</Say>" if words.strip() else "")


def _twiml(verbs: str) -> Answer:
    inner = f"<Response>{verbs}</Response>" if verbs else "<Response/>"
    return Answer(200, "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>{inner}'.encode())


def _numbers(payload: Mapping[str, Any]) -> tuple[str, str]:
    sender, to = payload.get("From"), payload.get("To")
    return (plain_number(sender), caller(to)) if _outbound(payload) else (plain_number(to), caller(sender))


def _outbound(payload: Mapping[str, Any]) -> bool:
    return _word(payload, "Direction").startswith("outbound")


def _direction(payload: Mapping[str, Any]) -> str | None:
    """Twilio's own words are inbound, outbound-api and outbound-dial."""
    return "outbound" if _outbound(payload) else _text(payload, "Direction") or None


def _sid(payload: Mapping[str, Any]) -> str:
    sid = _text(payload, "CallSid")
    if not SID.fullmatch(sid):
        raise Malformed("The voice webhook from Twilio has no CallSid, or one that is none.")
    return sid


def _status(payload: Mapping[str, Any]) -> str:
    status = _word(payload, "CallStatus")
    if not status:
        raise Malformed("The voice webhook from Twilio has no CallStatus.")
    return status


def _word(payload: Mapping[str, Any], name: str) -> str:
    word = _text(payload, name).lower()
    return word if len(word) <= _LONGEST_WORD and word.isprintable() else "other"


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _seconds(payload: Mapping[str, Any], name: str) -> int | None:
    text = _text(payload, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _timestamp(payload: Mapping[str, Any]) -> datetime | None:
    try:
        at = parsedate_to_datetime(_text(payload, "Timestamp"))
    except (ValueError, IndexError, OverflowError, TypeError):
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
