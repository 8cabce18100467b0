"""The decisions of the room of voice calls: what news change in what is known, in whatever order they come. Pure."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from frontdesk.told import VoiceLine, VoiceReport, VoiceStatus
from frontdesk.voice.model import VoiceCall

__all__ = ["ENDED", "LONGEST_TRANSCRIPT", "after"]

ENDED = "ended"
"""The status that is final."""

LONGEST_TRANSCRIPT = 20_000
"""Characters of a transcript that are kept in the table; the archived report has all of it."""

_OUTCOMES = ("answered", "missed", "voicemail", "failed")
_SPEAKERS = {"user": "User", "assistant": "AI"}
_EARLIEST = datetime.min.replace(tzinfo=UTC)


def after(call: VoiceCall, news: VoiceStatus | VoiceReport | VoiceLine) -> VoiceCall:
    """What is known of `call` after `news`. Ended is final; a report holds against what statuses and lines told."""
    match news:
        case VoiceStatus():
            return _after_status(call, news)
        case VoiceReport():
            return _after_report(call, news)
        case VoiceLine():
            return _after_line(call, news)


def _after_status(call: VoiceCall, news: VoiceStatus) -> VoiceCall:
    call = replace(call, direction=call.direction or news.direction)
    if news.status == ENDED:
        call = replace(
            call,
            ended_reason=call.ended_reason or _short(news.ended_reason),
            ended_at=call.ended_at or news.at,
            status=ENDED,
            status_at=_ended_at(call, news.at),
        )
    elif call.status != ENDED and (news.at or _EARLIEST) >= (call.status_at or _EARLIEST):
        call = replace(call, status=news.status, status_at=news.at or call.status_at)
    if news.status == "in-progress":
        call = replace(call, started_at=call.started_at or news.at)
    return call


def _after_report(call: VoiceCall, news: VoiceReport) -> VoiceCall:
    started, ended = news.started_at or call.started_at, news.ended_at or call.ended_at or news.at
    if started is not None and ended is not None and ended < started - timedelta(seconds=1):
        ended = started  # clocks of two machines: a call does not end before it began
    return replace(
        call,
        direction=news.direction or call.direction,
        status=ENDED,
        status_at=_ended_at(call, news.ended_at or news.at),
        ended_reason=_short(news.ended_reason) or call.ended_reason,
        outcome=news.outcome if news.outcome in _OUTCOMES else call.outcome,
        started_at=started,
        ended_at=ended,
        summary=_cut(news.summary, 4000) or call.summary,
        transcript=_cut(news.transcript, LONGEST_TRANSCRIPT) or call.transcript,
        recording_url=_cut(news.recording_url, 2000) or call.recording_url,
        success=_short(news.success) or call.success,
        reported_at=call.reported_at or news.at,
    )


def _after_line(call: VoiceCall, news: VoiceLine) -> VoiceCall:
    """A line is added while the call goes on; the report's own transcript is the better one."""
    if call.reported_at is not None or not news.text.strip():
        return call
    said = f"{_SPEAKERS.get(news.role, 'User')}: {news.text.strip()}\n"
    return replace(call, transcript=_cut((call.transcript or "") + said, LONGEST_TRANSCRIPT))


def _ended_at(call: VoiceCall, at: datetime | None) -> datetime | None:
    """Told once or twice, by a status and by the report: the later of the two, whichever came first."""
    told = [one for one in (call.status_at if call.status == ENDED else None, at) if one is not None]
    return max(told, default=None)


def _cut(text: str | None, longest: int) -> str | None:
    if text is None or not text.strip():
        return None
    text = text.replace("\x00", "�")
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _short(text: str | None) -> str | None:
    return _cut(text, 200)
