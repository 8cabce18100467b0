"""The sections of the settings, such as [limits], and the kinds of value that settings share."""

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from frontdesk.hours import opening_hours

__all__ = [
    "E164",
    "FlowSettings",
    "Hours",
    "LimitSettings",
    "Question",
    "QuietSettings",
    "RetentionSettings",
    "SenderSettings",
    "TextBackSettings",
    "TimeZone",
    "VoiceSettings",
    "WorkerSettings",
]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not a time zone; use a name like Europe/London or America/New_York")
    return name


def _international(number: str) -> str:
    if not (number.startswith("+") and number[1:].isdigit() and 8 <= len(number) <= 16):
        raise ValueError(f"{number!r} needs the country code and no blanks, like +447700900123")
    return number


def _hours(given: Mapping[str, str | tuple[str, ...]]) -> Mapping[str, str | tuple[str, ...]]:
    opening_hours(given)
    return given


TimeZone = Annotated[str, AfterValidator(_known_zone)]
E164 = Annotated[str, AfterValidator(_international)]
Hours = Annotated[Mapping[str, str | tuple[str, ...]], AfterValidator(_hours)]
"""Opening hours by the day of the week, see `frontdesk.hours`."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Part):
    """One question of the qualification flow."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="its name, as stored")]
    text: Annotated[str, Field(min_length=1, description="its wording")]
    type: Annotated[
        Literal["name", "email", "phone", "service", "text"], Field(description="how the answer is read")
    ] = "text"
    required: Annotated[bool, Field(description="asked a second time when the answer was not understood")] = True


class FlowSettings(_Part):
    """[flow]: what the desk says and asks."""

    greeting: Annotated[
        str, Field(description="before the first question; {business} and {first_name} are filled in")
    ] = "Hi, thanks for contacting {business}!"
    questions: Annotated[
        tuple[Question, ...], Field(max_length=5, description="what is asked, at most five, in order")
    ] = (
        Question(key="name", text="What's your name, please?", type="name"),
        Question(key="service", text="What can we help you with?", type="service"),
        Question(key="details", text="Anything we should know, such as the address or a good time?", required=False),
    )
    services: Annotated[tuple[str, ...], Field(description="what is offered; empty: any answer is a service")] = ()
    closing: Annotated[str, Field(description="after the last question")] = (
        "Thank you, {first_name}! {business} will be in touch shortly."
    )
    passed_on: Annotated[str, Field(description="the answer to later texts, once a day")] = (
        "Thanks, we've passed that on to {business}."
    )


class LimitSettings(_Part):
    """[limits]: texts per lead. Every text counts; see the gate in the docs."""

    seconds_between: Annotated[float, Field(ge=0, description="least seconds between two texts to a lead")] = 60
    per_day: Annotated[int, Field(ge=0, description="unprompted texts a day to a lead")] = 5
    replies_per_day: Annotated[int, Field(ge=0, description="texts a day to a lead who writes to us")] = 20
    strict: Annotated[bool, Field(description="hold replies to the limits of unprompted texts too")] = False


class QuietSettings(_Part):
    """[quiet]: hours, at the recipient, in which nobody is written to unasked. The same time twice: none."""

    start: Annotated[time, Field(description="from this local time on, such as 21:00")] = time(21)
    end: Annotated[time, Field(description="until this local time, such as 08:00")] = time(8)
    us_states: Annotated[
        bool, Field(description="hold to the stricter hours of some US states too (docs/how-to/quiet-hours.md)")
    ] = False

    @model_validator(mode="after")
    def _leaves_an_hour(self) -> Self:
        minutes = (self.start.hour - self.end.hour) * 60 + self.start.minute - self.end.minute
        if 0 < minutes % (24 * 60) < 60:
            raise ValueError("less than an hour a day is left to write in; set start and end apart, or the same")
        return self


class SenderSettings(_Part):
    """[sender]: throughput of each sender number, shared by all processes."""

    per_second: Annotated[float, Field(gt=0, description="segments a second per number")] = 1
    per_minute: Annotated[float, Field(gt=0, description="segments in any minute per number")] = 60
    segment_price: Annotated[
        Decimal, Field(ge=0, description="what a segment costs, for estimates; take it from your carrier's price list")
    ] = Decimal("0.0083")
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="of segment_price, ISO 4217")] = "USD"
    lease_seconds: Annotated[
        float, Field(ge=2, description="a killed sender's message is unknown after this; a request may take 3/4 of it")
    ] = 40


class WorkerSettings(_Part):
    """[worker]: how events are handled."""

    concurrency: Annotated[int, Field(ge=4, le=1000, description="lanes in hand per process")] = 128
    lease_seconds: Annotated[float, Field(ge=2, description="a killed worker's lanes are taken over after this")] = 15
    handler_seconds: Annotated[float, Field(gt=0, description="longest time one event may take")] = 10
    max_tries: Annotated[int, Field(ge=1, description="tries before an event becomes a dead letter")] = 8
    first_retry_seconds: Annotated[float, Field(gt=0, description="back-off after the first failed try")] = 1
    poll_seconds: Annotated[
        float, Field(gt=0, description="rest between looks for work; longer on a desk at rest that hears NOTIFY")
    ] = 1
    client_share: Annotated[
        float, Field(gt=0, le=1, description="how much of a process one client may take; 1: all of it")
    ] = 0.5
    retry_share: Annotated[float, Field(gt=0, le=1, description="how much of a process retries may take")] = 0.25
    hold: Annotated[
        frozenset[str],
        Field(description="webhook types whose lane waits for a person after the last try, instead of going on"),
    ] = frozenset()


class TextBackSettings(_Part):
    """[text_back]: the text that answers a missed call."""

    enabled: Annotated[bool, Field(description="answer missed calls by text")] = True
    text: Annotated[
        str, Field(min_length=1, description="while the client is open; {business} and {first_name} are filled in")
    ] = (
        "Hi, this is {business}. Sorry we missed your call! How can we help? Just reply to this text. "
        "Reply STOP to opt out."
    )
    text_closed: Annotated[
        str, Field(description="out of hours; {opens} is when the client opens next; empty: no text out of hours")
    ] = (
        "Hi, this is {business}. We're closed right now and will be back {opens}. Tell us here how we can help. "
        "Reply STOP to opt out."
    )
    cooldown_minutes: Annotated[
        int, Field(ge=0, description="a caller who was texted back is not texted back again so soon")
    ] = 240
    ignore: Annotated[
        tuple[Annotated[str, Field(pattern=r"^\+[1-9][0-9]{0,14}\*?$")], ...],
        Field(description="numbers never texted back, such as +12025550123, or beginnings such as +1800*"),
    ] = ()
    existing_customers: Annotated[
        Literal["text", "skip"], Field(description="callers who booked or are customers already")
    ] = "text"
    voicemail: Annotated[bool, Field(description="answer callers who left a message, too")] = False
    at_most_minutes_ago: Annotated[
        int, Field(ge=1, description="a missed call that is heard of later than this is not answered by text")
    ] = 30


class VoiceSettings(_Part):
    """[voice]: what a call to a Twilio number hears."""

    forward_to: Annotated[
        E164 | None, Field(description="the phone that rings; empty: nobody's, and every call counts as missed")
    ] = None
    ring_seconds: Annotated[int, Field(ge=5, le=120, description="seconds that it rings")] = 20
    greeting: Annotated[str, Field(max_length=500, description="said before hanging up; empty: nothing")] = ""


class RetentionSettings(_Part):
    """[retention]: how long what came in is kept. Request ids go by the provider's own window."""

    webhook_events_days: Annotated[
        int,
        # Not below 7: the room for last week is made anew every hour.
        Field(ge=7, le=36500, description="days a stored webhook is kept; whole weeks go, once all in them is settled"),
    ] = 90

    @property
    def webhook_events_for(self) -> timedelta:
        """How long a stored webhook is kept at least."""
        return timedelta(days=self.webhook_events_days)
