"""What news of a call change, in whatever order they come."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from frontdesk.told import VoiceLine, VoiceReport, VoiceStatus
from frontdesk.voice.model import VoiceCall
from frontdesk.voice.rules import LONGEST_TRANSCRIPT, after

AT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def status(word: str, seconds: int, reason: str | None = None) -> VoiceStatus:
    return VoiceStatus("vapi", "c", word, AT + timedelta(seconds=seconds), "inbound", reason)


REPORT = VoiceReport(
    "vapi", "c", AT + timedelta(seconds=70), "inbound", "customer-ended-call", "answered",
    AT + timedelta(seconds=1), AT + timedelta(seconds=62), "Booked.", "AI: Hello\n", "https://r.example/1.wav", None, "true",
)  # fmt: skip


def told(*news: VoiceStatus | VoiceReport | VoiceLine) -> VoiceCall:
    call = VoiceCall()
    for one in news:
        call = after(call, one)
    return call


def test_in_every_order_the_end_is_the_same() -> None:
    news = [status("queued", 0), status("in-progress", 2), status("ended", 60, "customer-ended-call"), REPORT]
    ends = {told(*order) for order in permutations(news)}
    assert len(ends) == 1
    (end,) = ends
    assert (end.status, end.ended_reason, end.outcome) == ("ended", "customer-ended-call", "answered")
    assert end.ended_at == AT + timedelta(seconds=62)
    assert end.summary == "Booked."


@given(st.permutations([("queued", 0), ("ringing", 1), ("in-progress", 5), ("forwarding", 9), ("new-word", 12)]))
def test_the_newest_status_by_the_providers_clock_holds(order: list[tuple[str, int]]) -> None:
    assert told(*(status(word, seconds) for word, seconds in order)).status == "new-word"
    assert told(status("ended", 3), *(status(word, seconds) for word, seconds in order)).status == "ended"


def test_lines_are_added_until_the_report_brings_the_whole_transcript() -> None:
    lines = [VoiceLine("vapi", "c", AT, "user", "I'd like a visit"), VoiceLine("vapi", "c", AT, "assistant", "When?")]
    assert told(*lines).transcript == "User: I'd like a visit\nAI: When?\n"
    assert told(*lines, REPORT).transcript == "AI: Hello\n"
    assert told(REPORT, *lines).transcript == "AI: Hello\n"


def test_a_long_transcript_is_cut_and_an_empty_one_is_none() -> None:
    long = VoiceReport("vapi", "c", AT, transcript="x" * 300_000, summary=" ")
    call = told(long)
    assert call.transcript is not None
    assert len(call.transcript) == LONGEST_TRANSCRIPT
    assert call.summary is None
    assert told(VoiceReport("vapi", "c", AT, transcript="")).transcript is None
