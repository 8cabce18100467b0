"""What Vapi tells of a call: how it stands, what was said, how it ended.

Source: Vapi, "Server events": `status-update`, `transcript`, `end-of-call-report`. Reports of today keep their contents
in `artifact` and `analysis`, older ones at the top; both are sent in places, and any of it may be missing.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from frontdesk.errors import Malformed
from frontdesk.providers.vapi_webhooks import Envelope, given, moment, text_of
from frontdesk.told import VoiceLine, VoiceReport, VoiceStatus

__all__ = ["kept_as", "outcome_of", "read_news"]

_PROVIDER = "vapi"
_LONGEST_STATUS = 100

_ANSWERED = (
    "customer-ended-call",
    "assistant-ended-call",
    "assistant-said-end-call-phrase",
    "assistant-forwarded-call",
    "exceeded-max-duration",
    "silence-timed-out",
    "twilio-completed-call",
    "sip-completed-call",
)
_MISSED = ("customer-did-not-answer", "customer-busy", "customer-misdialed", "vonage-rejected")
_FAILED = ("error", "failed", "fault")
_CONNECTED = {"in-progress": "connected"}  # "ended" alone tells no outcome: the report does
_DIRECTIONS = {"inboundPhoneCall": "inbound", "outboundPhoneCall": "outbound", "webCall": "inbound"}


def kept_as(envelope: Envelope) -> str | None:
    """The request id under which a message is kept; None for one that is acknowledged and forgotten.

    Kept are status updates, final transcripts and the report. Partial transcripts, the model's own output and kinds
    that are not known yet are many, and nothing is done with them.
    """
    message = envelope.message
    if not envelope.call_id:
        return None
    if envelope.kind == "status-update":
        status = _status(message)
        return f"{envelope.call_id}:status:{status}" if status else None
    if envelope.kind == "end-of-call-report":
        return f"{envelope.call_id}:end-of-call-report"
    if _is_final_transcript(message, envelope.kind) and _raw_text(message, "transcript"):
        said = f"{given(message, 'role')}\n{given(message, 'timestamp')}\n{_raw_text(message, 'transcript')}"
        return f"{envelope.call_id}:transcript:{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:32]}"
    return None


def read_news(payload: Mapping[str, Any]) -> VoiceStatus | VoiceReport | VoiceLine:
    """The news in a stored payload. Raises Malformed."""
    call_id, kind = text_of(payload, "call", "id") or _other_id(payload), text_of(payload, "type")
    at = moment(payload.get("timestamp"))
    if kind == "status-update" and call_id:
        status, reason = _status(payload), text_of(payload, "endedReason") or None
        return VoiceStatus(_PROVIDER, call_id, status, at, _direction(payload), reason, _CONNECTED.get(status))
    if kind == "end-of-call-report" and call_id:
        return _report(payload, call_id)
    if kind.startswith("transcript") and call_id:
        return VoiceLine(_PROVIDER, call_id, at, text_of(payload, "role"), _raw_text(payload, "transcript") or "")
    raise Malformed(f"A message of the type {kind!r} tells nothing of a call.")


def outcome_of(ended_reason: str | None) -> str | None:
    """answered, missed, voicemail or failed, by the pattern of the reason; None where it tells none of these.

    There are over 600 reasons, and new ones come: an unknown one is data, not an error.
    """
    reason = (ended_reason or "").lower()
    if "voicemail" in reason:
        return "voicemail"
    if any(word in reason for word in _MISSED):
        return "missed"
    if any(word in reason for word in _FAILED):
        return "failed"
    if any(word in reason for word in _ANSWERED):
        return "answered"
    return None


def _report(payload: Mapping[str, Any], call_id: str) -> VoiceReport:
    reason = text_of(payload, "endedReason") or text_of(payload, "call", "endedReason") or None
    return VoiceReport(
        provider=_PROVIDER,
        provider_call_id=call_id,
        at=moment(payload.get("timestamp")),
        direction=_direction(payload),
        ended_reason=reason,
        outcome=outcome_of(reason),
        started_at=moment(payload.get("startedAt")) or moment(given(payload, "call", "startedAt")),
        ended_at=moment(payload.get("endedAt")) or moment(given(payload, "call", "endedAt")),
        summary=_first_text(payload, ("analysis", "summary"), ("summary",)),
        transcript=_first_text(payload, ("artifact", "transcript"), ("transcript",)),
        recording_url=_first_text(
            payload,
            ("artifact", "recordingUrl"),
            ("artifact", "recording", "mono", "combinedUrl"),
            ("recordingUrl",),
            ("artifact", "stereoRecordingUrl"),
            ("stereoRecordingUrl",),
        ),
        structured_data=given(payload, "analysis", "structuredData"),
        success=_as_text(given(payload, "analysis", "successEvaluation")),
        cost=_number(payload.get("cost")),
    )


def _status(message: Mapping[str, Any]) -> str:
    status = text_of(message, "status")
    return status if len(status) <= _LONGEST_STATUS and status.isprintable() else ""


def _is_final_transcript(message: Mapping[str, Any], kind: str) -> bool:
    """By its field, or by a kind that is literally `transcript[transcriptType="final"]`."""
    if not kind.startswith("transcript"):
        return False
    return text_of(message, "transcriptType") == "final" or 'transcriptType="final"' in kind


def _direction(payload: Mapping[str, Any]) -> str | None:
    return _DIRECTIONS.get(text_of(payload, "call", "type"))


def _other_id(payload: Mapping[str, Any]) -> str:
    return text_of(payload, "chat", "id") or text_of(payload, "session", "id")


def _raw_text(value: Any, *path: str) -> str | None:
    found = given(value, *path)
    return found if isinstance(found, str) else None


def _first_text(payload: Mapping[str, Any], *paths: tuple[str, ...]) -> str | None:
    """The first of these places that holds a text which is not blank, else an empty one, else None."""
    found = [text for path in paths if (text := _raw_text(payload, *path)) is not None]
    return next((text for text in found if text.strip()), found[0] if found else None)


def _as_text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
