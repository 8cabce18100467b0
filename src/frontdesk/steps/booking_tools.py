"""The tools that book: which times are free, take one, give it back. Answers are sentences, also where it cannot be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import date as date_of
from typing import Annotated

from pydantic import Field

from frontdesk.bookings import store as bookings
from frontdesk.bookings.model import At, Booking, NotBookable, OnDay, SlotRules, Unclear
from frontdesk.bookings.rules import not_bookable
from frontdesk.bookings.said import read_when
from frontdesk.bookings.spoken import say_day, say_list, say_time, say_when
from frontdesk.db.pool import Tx
from frontdesk.errors import CannotDo
from frontdesk.hours import spans
from frontdesk.leads import store as leads
from frontdesk.sequences import store as sequences
from frontdesk.sequences.model import EndReason
from frontdesk.steps.callers import Email, Name, Phone, Service, Who, lead_of, phone_of
from frontdesk.steps.free_times import hours_of, next_free, rules_for
from frontdesk.tools import ToolCall

__all__ = ["book_appointment", "cancel_appointment", "next_free_slots"]

_OFFERED = 5
_OFFERED_INSTEAD = 3
_INSTANT = timedelta(microseconds=1)  # what begins at the end of a window is not in it
_BEFORE_BOOKED = ("new", "qualifying", "qualified")


_Day = Annotated[str, Field(description='from when on: "Friday", "tomorrow afternoon", "2026-11-27"; empty: from now')]
_Count = Annotated[int, Field(description="how many times to tell")]
_When = Annotated[str, Field(description='day and time as the caller said them, such as "tomorrow at 3"')]
_Date = Annotated[str, Field(description="the day, where it is not in `when`, such as 2026-11-27")]
_Time = Annotated[str, Field(description="the time, where it is not in `when`, such as 15:00")]
_Note = Annotated[str, Field(description="anything else that should be known")]


async def next_free_slots(call: ToolCall, tx: Tx, day: _Day = "", count: _Count = _OFFERED) -> str:
    """Tell the next free times for an appointment."""
    since, until, asked = None, None, ""
    if day:
        since, until, asked = _window(call, day)
    free = await next_free(tx, call, limit=max(1, min(count, 20)), since=since, until=until)
    if free:
        return f"The next free times{asked} are {_offer(call, free)}."
    if until is None:
        return "There is no free time within the days that can be booked."
    later = await next_free(tx, call, limit=_OFFERED_INSTEAD, since=until)
    return f"There is no free time{asked}. {_instead(call, later)}"


async def book_appointment(
    call: ToolCall,
    tx: Tx,
    when: _When = "",
    date: _Date = "",
    time: _Time = "",
    name: Name = "",
    phone: Phone = "",
    email: Email = "",
    service: Service = "",
    note: _Note = "",
) -> str:
    """Book an appointment at a time that is free. Give `when`, or `date` and `time`."""
    start = _start(call, when or " at ".join(part for part in (date, time) if part))
    rules, hours = rules_for(call), hours_of(call)
    if (why := not_bookable(hours, call.timezone, start, rules, now=call.now)) is not None:
        raise CannotDo(f"{_refusal(why, call, start)} {await _near(tx, call, start)}")
    lead = await lead_of(tx, call, Who(phone=phone, email=email, name=name, service=service))
    booked = await bookings.book(
        tx,
        client_id=call.client.id,
        lead_id=lead.id,
        starts_at=start,
        ends_at=start + rules.length,
        service=service[:200],
        note=_note(call, note, phone),
        source=call.source,
        cause=call.request_id,
        now=call.now,
    )
    if booked is None:
        return await _taken(tx, call, lead.id, start, rules)
    await leads.mark_status(tx, lead.id, "booked", from_statuses=_BEFORE_BOOKED)
    await sequences.withdraw(tx, lead.id, EndReason.BOOKING, call.now)
    return f"Booked: {say_when(start, call.timezone, call.now)}."


async def cancel_appointment(
    call: ToolCall, tx: Tx, when: _When = "", date: _Date = "", time: _Time = "", phone: Phone = ""
) -> str:
    """Cancel an appointment of the caller. Its time must be told where there are several, or the number is hidden."""
    lead = await lead_of(tx, call, Who(phone=phone))
    ahead = await bookings.ahead_of(tx, lead.id, call.now)
    said = when or " at ".join(part for part in (date, time) if part)
    if call.caller is None and not said:  # whoever knows a number does not know its owner's appointments
        raise CannotDo("I still need the day and time of the appointment.")
    if said:
        ahead = _meant(call, ahead, said)
    if not ahead:
        return "There is no appointment to cancel."
    if len(ahead) > 1:
        these = say_list([say_when(one.starts_at, call.timezone, call.now) for one in ahead], "or")
        raise CannotDo(f"Which appointment should be cancelled: {these}?")
    await bookings.cancel(tx, ahead[0].id, call.now)
    return f"Cancelled: {say_when(ahead[0].starts_at, call.timezone, call.now)}."


def _note(call: ToolCall, note: str, phone: str) -> str:
    """The note, with the number to call back where that is not the one that calls."""
    other = phone_of(phone, call.our_number) if phone and call.caller is not None else None
    if other is None or other == call.caller:
        return note
    return f"{note} Call back on {other}.".strip()


def _start(call: ToolCall, said: str) -> datetime:
    if not said:
        raise CannotDo("I still need the day and time.")
    match read_when(said, now=call.now, zone=call.timezone, hours=hours_of(call)):
        case At(moment):
            return moment
        case OnDay(day):
            raise CannotDo(f"At what time on {say_day(day)}?")
        case Unclear(ask):
            raise CannotDo(ask)


def _window(call: ToolCall, said: str) -> tuple[datetime, datetime, str]:
    """From when to when free times are asked for, and how that is said."""
    match read_when(said, now=call.now, zone=call.timezone, hours=hours_of(call)):
        case At(moment):
            end = _local_midnight(call, moment.astimezone(call.timezone).date() + timedelta(days=1))
            return moment, end - _INSTANT, f" from {say_when(moment, call.timezone, call.now)} on"
        case OnDay(day, earliest, latest):
            begin = datetime.combine(day, earliest, call.timezone).astimezone(UTC)
            end = _local_midnight(call, day + timedelta(days=1))
            if latest is not None:
                end = datetime.combine(day, latest, call.timezone).astimezone(UTC)
            return begin, end - _INSTANT, f" on {say_day(day)}"
        case Unclear(ask):
            raise CannotDo(ask)


def _local_midnight(call: ToolCall, day: date_of) -> datetime:
    return datetime.combine(day, datetime.min.time(), call.timezone).astimezone(UTC)


def _meant(call: ToolCall, ahead: Sequence[Booking], said: str) -> Sequence[Booking]:
    match read_when(said, now=call.now, zone=call.timezone, hours=hours_of(call)):
        case At(moment):
            return [one for one in ahead if one.starts_at == moment]
        case OnDay(day):
            return [one for one in ahead if one.starts_at.astimezone(call.timezone).date() == day]
        case Unclear(ask):
            raise CannotDo(ask)


async def _taken(tx: Tx, call: ToolCall, lead_id: int, start: datetime, rules: SlotRules) -> str:
    """Somebody has the time: the caller, who asks for the second time (told like the first), or another."""
    for other in await bookings.standing(tx, call.client.id, since=start, until=start + rules.length):
        if other.lead_id == lead_id:
            again = say_when(other.starts_at, call.timezone, call.now)
            return (
                f"Already booked: {again}."
                if other.starts_at == start
                else f"You have an appointment already: {again}."
            )
    return f"That time has just been taken. {await _near(tx, call, start)}"


async def _near(tx: Tx, call: ToolCall, start: datetime) -> str:
    since = start if call.now < start < call.now + rules_for(call).horizon else call.now
    return _instead(call, await next_free(tx, call, limit=_OFFERED_INSTEAD, since=since))


def _instead(call: ToolCall, free: Sequence[datetime]) -> str:
    return f"Next free: {_offer(call, free)}." if free else "Nothing else is free after that."


def _offer(call: ToolCall, free: Sequence[datetime]) -> str:
    """Times by day: "Friday, November 27 at 8 am, 8:30 am and 9 am; Monday, …"."""
    days: dict[date_of, list[datetime]] = {}
    for start in free:
        days.setdefault(start.astimezone(call.timezone).date(), []).append(start)
    said = []
    for starts in days.values():
        more = [say_time(start, call.timezone) for start in starts[1:]]
        said.append(say_list([say_when(starts[0], call.timezone, call.now), *more]))
    return "; ".join(said)


def _refusal(why: NotBookable, call: ToolCall, start: datetime) -> str:
    said = say_when(start, call.timezone, call.now)
    match why:
        case NotBookable.PAST:
            return f"{said} is past."
        case NotBookable.TOO_SOON:
            return f"{said} is too soon."
        case NotBookable.TOO_FAR:
            return f"{said} is too far ahead."
        case NotBookable.OFF_STEP:
            return f"No appointment begins at {say_time(start, call.timezone)}."
        case NotBookable.CLOSED:
            return f"We are not open then: on {_open_on(call, start)}."


def _open_on(call: ToolCall, start: datetime) -> str:
    day, zone = start.astimezone(call.timezone).date(), call.timezone
    open_at = [f"{say_time(begin, zone)} to {say_time(end, zone)}" for begin, end in spans(hours_of(call), day, zone)]
    return f"{say_day(day)} it is {say_list(open_at)}" if open_at else f"{say_day(day)} we are closed"
