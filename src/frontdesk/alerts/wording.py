"""What the operator reads: a line, an SMS of one segment that names the victims, and a longer text. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from frontdesk.alerts.kinds import kind_of
from frontdesk.alerts.model import Member, Why

__all__ = ["Sms", "Told", "lasted", "tell_open", "tell_over"]


@dataclass(frozen=True, slots=True)
class Sms:
    """What an SMS can be: `fits` is true for what goes as one, `plain` makes a text go into fewer."""

    fits: Callable[[str], bool]
    plain: Callable[[str], str] = str


_AGAIN = {
    Why.ESCALATED: "still true after 12 h",
    Why.ACK_OVER: "acknowledgement is over, still true",
    Why.UNINHIBITED: "still true",
    Why.STANDS_STILL: "came and went, now it stays",
}
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_NAME = 40  # characters of a victim's name in an SMS


@dataclass(frozen=True, slots=True)
class Told:
    """One message in three lengths."""

    title: str
    short: str
    body: str


def lasted(span: timedelta) -> str:
    """A duration in its two largest units."""
    minutes = max(0, int(span.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60
    units = ((days, "d"), (hours % 24, "h")) if days else ((hours, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in units if count) or "less than a minute"


def tell_open(alert_type: str, severity: str, members: Sequence[Member], others: int, sms: Sms) -> Told:
    """Conditions that hold. `others` of the type were told before and hold too: the set grew."""
    kind = kind_of(alert_type)
    lines = [_line(member) for member in members]
    if len(members) == 1:
        (one,) = members
        again = _again(one)
        title = one.title + (f" ({again})" if again else "") + (f" [{others + 1} in all]" if others else "")
        code = f" Reply {one.code}A = ack, {one.code}H = handled, WHY {one.code}." if one.code else ""
        short = _advised(f"{severity}: ", sms.plain(title), sms.plain(one.message), code, sms)
    else:
        whole = f"{len(members)} new, {len(members) + others} {kind.noun}" if others else f"{len(members)} {kind.noun}"
        title = f"{whole}: {', '.join(_name(member) for member in members)}"
        short = _named(f"{severity}: {whole}: ", members, sms)
    body = "\n\n".join([*lines, f"What it means: {kind.means}.", f"Do first: {kind.do_first}."])
    return Told(title, short, body)


def tell_over(alert_type: str, members: Sequence[Member], sms: Sms) -> Told:
    """Conditions that are over, each with how long it held."""
    spans = [lasted((m.resolved_at or m.opened_at) - m.opened_at) for m in members]
    told = [f"{m.title} (lasted {span})" for m, span in zip(members, spans, strict=True)]
    if len(members) == 1:
        short = _fitted("Over: ", sms.plain(members[0].title), f" (lasted {spans[0]})", sms)
        return Told(f"Over: {told[0]}", short, told[0])
    whole = f"Over: {len(members)} {kind_of(alert_type).noun}: "
    return Told(whole + ", ".join(map(_name, members)), _named(whole, members, sms), "\n".join(told))


def _again(member: Member) -> str:
    if member.why == Why.SILENCE_OVER:
        return f"still true; {member.detail}" if member.detail else "still true after its silence"
    return _AGAIN.get(Why(member.why), "") if member.why in list(Why) else ""


def _line(member: Member) -> str:
    again = _again(member)
    return f"{member.title}{f' ({again})' if again else ''}\n{member.message}".strip()


def _name(member: Member) -> str:
    """The victim: what stands before the colon of a title, as in "Ada's Plumbing: stuck in S3"."""
    name = member.title.split(":", 1)[0].strip() or member.key
    return name if len(name) <= _NAME else name[: _NAME - 2].rstrip() + ".."


def _advised(head: str, title: str, message: str, tail: str, sms: Sms) -> str:
    """With as much of the message as fits, its end first: that says what to do. The title alone where none does."""
    sentences = _SENTENCE.split(message) if message else []
    stop = "" if title.endswith((".", "!", "?")) else "."
    for first in range(len(sentences)):
        text = f"{head}{title}{stop} {' '.join(sentences[first:])}{tail}"
        if sms.fits(text):
            return text
    return _fitted(head, title, f"{stop}{tail}" if tail else "", sms)


def _fitted(head: str, title: str, tail: str, sms: Sms) -> str:
    """Cut the title, never the tail: that says what to do."""
    if sms.fits(head + title + tail):
        return head + title + tail
    for length in range(len(title), 9, -1):
        text = f"{head}{title[:length].rstrip()}..{tail}"
        if sms.fits(text):
            return text
    return (head + title)[:60]


def _named(head: str, members: Sequence[Member], sms: Sms) -> str:
    """As many names as fit, and how many more; each with its code."""
    names = [sms.plain(f"{_name(m)} ({m.code})" if m.code else _name(m)) for m in members]
    tail = ". Reply e.g. {0}A = ack, LIST" if members[0].code else ""
    tail = tail.format(members[0].code)
    for count in range(len(names), -1, -1):
        more = len(names) - count
        said = ", ".join(names[:count]) + (f" and {more} more" if more and count else f"{more} of them" if more else "")
        if sms.fits(head + said + tail):
            return head + said + tail
    return head[:60]
