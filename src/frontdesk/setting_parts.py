"""The sections of the settings that are about the desk itself, such as [limits]."""

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from frontdesk.setting_kinds import Part, Wait

__all__ = [
    "NUDGES",
    "FlowSettings",
    "FollowUpSettings",
    "HandOverSettings",
    "LimitSettings",
    "Question",
    "QuietSettings",
    "RetentionSettings",
    "SenderSettings",
    "SequenceSettings",
    "SequenceStep",
    "WorkerSettings",
]


class Question(Part):
    """One question of the qualification flow."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="its name, as stored")]
    text: Annotated[str, Field(min_length=1, description="its wording")]
    type: Annotated[
        Literal[
            "name",
            "email",
            "phone",
            "service",
            "date",
            "time",
            "address",
            "postcode",
            "city",
            "budget",
            "text",
            "other",
        ],
        Field(description="how the answer is read; other: by a reader of your own alone"),
    ] = "text"
    required: Annotated[bool, Field(description="asked a second time when the answer was not understood")] = True
    again: Annotated[
        str, Field(description="its wording the second time, with an example; empty: as the first time")
    ] = ""


class HandOverSettings(Part):
    """[flow.hand_over]: what a lead is told as a person takes over. Empty: this hands nothing over."""

    asked: Annotated[str, Field(description="to one who asks for a person")] = (
        "Of course. {business} has been told, and a person will get back to you."
    )
    emergency: Annotated[str, Field(description="to one in an emergency")] = (
        "This sounds urgent. If anyone is in danger, call your local emergency number now. "
        "{business} has been told, and a person will get back to you as soon as possible."
    )
    not_understood: Annotated[str, Field(description="to one who was not understood twice in a row")] = (
        "Sorry, I'm not getting this right. {business} has been told, and a person will get back to you."
    )


class FlowSettings(Part):
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
    service_words: Annotated[
        Mapping[str, tuple[str, ...]], Field(description="what else leads call a service, by its name in services")
    ] = {}
    towns: Annotated[
        tuple[str, ...], Field(description="where the work is done; such a name in a text is the town")
    ] = ()
    deferred: Annotated[str, Field(description="to a question in place of an answer, with ours again: {question}")] = (
        "Good question, {business} will answer that. {question}"
    )
    closing: Annotated[str, Field(description="after the last question; {summary} is noted, where something is")] = (
        "Thank you, {first_name}! {summary} {business} will be in touch shortly."
    )
    noted: Annotated[str, Field(description="what {summary} in closing says, round the answers: {summary}")] = (
        "We noted: {summary}."
    )
    passed_on: Annotated[str, Field(description="the answer to later texts, once a day")] = (
        "Thanks, we've passed that on to {business}."
    )
    debounce_seconds: Annotated[
        float,
        Field(ge=0, le=60, description="a reply waits so long for more of the message; several texts get one answer"),
    ] = 3
    hand_over: Annotated[HandOverSettings, Field(description="see flow.hand_over")] = HandOverSettings()
    tell_client: Annotated[
        bool, Field(description="text the business about leads who were asked everything, and what they write later")
    ] = True


class SequenceStep(Part):
    """One follow-up text."""

    after: Annotated[Wait, Field(description="so long after the step before: 90m, 2h, 3d, 3d at 09:00")]
    text: Annotated[str, Field(min_length=1, description="its wording; {business} and {first_name} are filled in")]


class SequenceSettings(Part):
    """[sequences.NAME]: follow-up texts that stop as soon as the lead writes, books or opts out."""

    on: Annotated[
        Literal["new_lead", "missed_call", "no_answer"], Field(description="what enrols a lead (see the docs)")
    ]
    steps: Annotated[tuple[SequenceStep, ...], Field(max_length=20, description="the texts, in order")] = ()


class FollowUpSettings(Part):
    """[follow_up]: leads who do not answer."""

    expires_days: Annotated[
        int, Field(ge=1, le=3650, description="days after which a lead who did not get further is closed as lost")
    ] = 30


NUDGES = SequenceSettings(
    on="no_answer",
    steps=(
        SequenceStep(after="1d at 10:00", text="Hi, {business} here. Do you still need help? Just reply to this text."),
        SequenceStep(after="3d at 10:00", text="Last note from {business}: reply any time and we'll pick it up again."),
    ),
)
"""The follow-up that is there from the start: two texts to a lead who leaves a question unanswered."""


class LimitSettings(Part):
    """[limits]: texts per lead. Every text counts; see the gate in the docs."""

    seconds_between: Annotated[float, Field(ge=0, description="least seconds between two texts to a lead")] = 60
    per_day: Annotated[int, Field(ge=0, description="unprompted texts a day to a lead")] = 5
    replies_per_day: Annotated[int, Field(ge=0, description="texts a day to a lead who writes to us")] = 20
    strict: Annotated[bool, Field(description="hold replies to the limits of unprompted texts too")] = False


class QuietSettings(Part):
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


class SenderSettings(Part):
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


class WorkerSettings(Part):
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


class RetentionSettings(Part):
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
