"""The sections of the settings, such as [limits], and the kinds of value that settings share."""

from collections.abc import Mapping
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from frontdesk.delays import delay
from frontdesk.hours import opening_hours

__all__ = [
    "E164",
    "NUDGES",
    "BookingSettings",
    "Country",
    "FlowSettings",
    "FollowUpSettings",
    "FormSettings",
    "FormSource",
    "Hours",
    "LimitSettings",
    "PaymentSettings",
    "Question",
    "QuietSettings",
    "RetentionSettings",
    "SenderSettings",
    "SequenceSettings",
    "SequenceStep",
    "TimeZone",
    "VapiSettings",
    "WorkerSettings",
    "secrets_in",
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


def _delay(text: str) -> str:
    delay(text)
    return text


def _country(given: Any) -> Any:
    return given.upper() if isinstance(given, str) else given


Country = Annotated[str, BeforeValidator(_country), Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166, two letters: US, GB."""
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
E164 = Annotated[str, AfterValidator(_international)]
Hours = Annotated[Mapping[str, str | tuple[str, ...]], AfterValidator(_hours)]
"""Opening hours by the day of the week, see `frontdesk.hours`."""


def secrets_in(secret: SecretStr | None) -> tuple[str, ...]:
    """The secrets of a setting: one, or a comma-separated pair while it is rotated, the new one first."""
    given = secret.get_secret_value() if secret is not None else ""
    return tuple(part.strip() for part in given.split(",") if part.strip())


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Part):
    """One question of the qualification flow."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", description="its name, as stored")]
    text: Annotated[str, Field(min_length=1, description="its wording")]
    type: Annotated[
        Literal["name", "email", "phone", "service", "date", "time", "address", "postcode", "city", "budget", "text"],
        Field(description="how the answer is read"),
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
    service_words: Annotated[
        Mapping[str, tuple[str, ...]], Field(description="what else leads call a service, by its name in services")
    ] = {}
    towns: Annotated[
        tuple[str, ...], Field(description="where the work is done; such a name in a text is the town")
    ] = ()
    closing: Annotated[str, Field(description="after the last question")] = (
        "Thank you, {first_name}! {business} will be in touch shortly."
    )
    passed_on: Annotated[str, Field(description="the answer to later texts, once a day")] = (
        "Thanks, we've passed that on to {business}."
    )


class SequenceStep(_Part):
    """One follow-up text."""

    after: Annotated[
        str, AfterValidator(_delay), Field(description="so long after the step before: 90m, 2h, 3d, 3d at 09:00")
    ]
    text: Annotated[str, Field(min_length=1, description="its wording; {business} and {first_name} are filled in")]


class SequenceSettings(_Part):
    """[sequences.NAME]: follow-up texts that stop as soon as the lead writes, books or opts out."""

    on: Annotated[
        Literal["new_lead", "missed_call", "no_answer"], Field(description="what enrols a lead (see the docs)")
    ]
    steps: Annotated[tuple[SequenceStep, ...], Field(max_length=20, description="the texts, in order")] = ()


class FollowUpSettings(_Part):
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


class BookingSettings(_Part):
    """[booking]: which times can be booked, within the opening hours; `settings.booking` of a client goes first."""

    slot_minutes: Annotated[int, Field(ge=5, le=24 * 60, description="how long an appointment takes")] = 60
    step_minutes: Annotated[
        int, Field(ge=5, le=24 * 60, description="appointments begin so many minutes apart, from the opening on")
    ] = 30
    notice_minutes: Annotated[
        int, Field(ge=0, le=30 * 24 * 60, description="least time from the call to the appointment")
    ] = 60
    horizon_days: Annotated[int, Field(ge=1, le=365, description="how far ahead appointments can be made")] = 60


class VapiSettings(_Part):
    """[vapi]: how Vapi's webhooks prove that they are Vapi's, and how long an answer may take."""

    auth: Annotated[
        Literal["any", "secret", "bearer", "hmac"],
        Field(description="how VAPI_SECRET is proven: X-Vapi-Secret, Authorization, a signature, or any of these"),
    ] = "any"
    tool_seconds: Annotated[
        # Three less than Vapi waits by default: up to two to undo and store, and the way there and back.
        float,
        Field(gt=0, le=297, description="longest time the tools of one message take; below the timeout set at Vapi"),
    ] = 17
    fallback: Annotated[str, Field(min_length=1, description="said when a tool fails or takes too long")] = (
        "Sorry, I can't look that up right now. Somebody will call you back."
    )
    hmac_algorithm: Annotated[
        Literal["sha256", "sha512", "sha1"], Field(description="as set in the HMAC credential at Vapi")
    ] = "sha256"
    hmac_payload: Annotated[
        str, Field(pattern=r"\{body\}", description="what is signed, as set in the HMAC credential at Vapi")
    ] = "{timestamp}.{body}"
    hmac_encoding: Annotated[Literal["hex", "base64"], Field(description="as set in the HMAC credential at Vapi")] = (
        "hex"
    )
    hmac_prefix: Annotated[str, Field(description="before the signature, as set at Vapi, such as sha256=")] = ""
    hmac_secret_is_base64: Annotated[bool, Field(description="VAPI_SECRET is the key in base64, as set at Vapi")] = (
        False
    )
    signature_header: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", description="lower case, as set at Vapi")] = (
        "x-signature"
    )
    timestamp_header: Annotated[str, Field(pattern=r"^[a-z0-9-]+$", description="lower case, as set at Vapi")] = (
        "x-timestamp"
    )


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


class PaymentSettings(_Part):
    """[payments]: what clients pay the operator."""

    mode: Annotated[
        Literal["live", "test"], Field(description="which payments count; those of the other mode are kept and ignored")
    ] = "live"
    while_retrying: Annotated[
        bool, Field(description="serve a client on while a failed renewal is tried again by the payment provider")
    ] = True


class FormSettings(_Part):
    """[forms.<source>]: one source of lead forms; its webhooks come to /webhooks/leads/<source>."""

    secret: Annotated[
        SecretStr | None,
        Field(
            description="whsec_… by which the source signs (Standard Webhooks); a comma-separated pair while rotated"
        ),
    ] = None
    secret_file: Annotated[Path | None, Field(description="a file that holds the secret")] = None
    token: Annotated[
        SecretStr | None,
        Field(
            description="bearer token by which the source may use POST /api/leads; a comma-separated pair while rotated"
        ),
    ] = None
    token_file: Annotated[Path | None, Field(description="a file that holds the token")] = None
    client: Annotated[
        int | None, Field(ge=1, description="id of the client that its leads belong to; empty: the desk's only client")
    ] = None
    fields: Annotated[
        Mapping[FieldName, str],
        Field(
            description='where each field stands in the JSON, such as { email = "data.contact.mail" }; others are found'
        ),
    ] = {}
    text: Annotated[
        str,
        Field(description="first text to the lead, with {first_name}, {business} and fields filled in; empty: none"),
    ] = ""
    text_without_consent: Annotated[
        bool, Field(description="send it too where the form does not say that the person agreed")
    ] = False

    @model_validator(mode="before")
    @classmethod
    def _read_files(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        read = {
            name: Path(path).read_text(encoding="utf-8").strip()
            for name in ("secret", "token")
            if (path := given.get(f"{name}_file")) and not given.get(name)
        }
        return {**given, **read}


FormSource = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
"""The name of a source, as it stands in its webhooks' path."""
