"""Settings: read once, frozen. From the environment, from NAME_FILE for secrets, and from frontdesk.toml."""

import os
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

__all__ = [
    "FlowSettings",
    "LimitSettings",
    "Question",
    "QuietSettings",
    "RetentionSettings",
    "SenderSettings",
    "Settings",
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


TimeZone = Annotated[str, AfterValidator(_known_zone)]
E164 = Annotated[str, AfterValidator(_international)]


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


class Settings(BaseSettings):
    """All settings of a desk; `frontdesk settings` prints them with their help."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    data_dir: Annotated[Path, Field(description="where the embedded PostgreSQL lives")] = Path(".frontdesk")
    database_url: Annotated[SecretStr | None, Field(description="your own PostgreSQL; empty: the embedded one")] = None
    database_direct_url: Annotated[
        SecretStr | None,
        Field(description="past the pooler, for LISTEN and migrations; empty: DATABASE_URL serves these too"),
    ] = None
    database_prepare: Annotated[bool, Field(description="off where a pooler knows no prepared statements")] = True
    public_url: Annotated[str | None, Field(description="https address under which providers reach this desk")] = None
    host: Annotated[str, Field(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="port to listen on")] = 3001
    admin_token: Annotated[
        SecretStr | None, Field(description="opens pages and admin API; empty: this machine only")
    ] = None
    cron_secret: Annotated[
        SecretStr | None,
        Field(description="opens /api/cron to an HTTP cron; a comma-separated pair while rotated"),
    ] = None
    admin_phone: Annotated[E164 | None, Field(description="the operator's phone, for alerts")] = None
    tz: Annotated[TimeZone, Field(description="time zone of the first client")] = "UTC"
    twilio_account_sid: Annotated[str | None, Field(description="from the Twilio console; empty: simulator")] = None
    twilio_auth_token: Annotated[
        SecretStr | None, Field(description="from the Twilio console; a comma-separated pair while rotated")
    ] = None
    twilio_number: Annotated[E164 | None, Field(description="the number that the first client is served on")] = None
    onboarding_number: Annotated[E164 | None, Field(description="the number that new owners text")] = None
    twilio_api_base: Annotated[str, Field(description="Twilio's API, or what stands in for it")] = (
        "https://api.twilio.com"
    )
    catch_up_days: Annotated[
        # A week: who wrote longer ago has found somebody else, and stored webhooks are kept for no less.
        int,
        Field(ge=0, le=365, description="days looked back for texts that no webhook brought; 0: only by hand"),
    ] = 7
    sentry_dsn: Annotated[SecretStr | None, Field(description="where errors are reported; empty: nowhere")] = None
    log_format: Annotated[Literal["auto", "json", "pretty"], Field(description="auto: pretty on a terminal")] = "auto"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="least level logged")] = "info"
    business: Annotated[str, Field(min_length=1, description="name of the first client")] = "Our business"
    flow: FlowSettings = FlowSettings()
    limits: LimitSettings = LimitSettings()
    quiet: QuietSettings = QuietSettings()
    sender: SenderSettings = SenderSettings()
    worker: WorkerSettings = WorkerSettings()
    retention: RetentionSettings = RetentionSettings()

    @property
    def simulated(self) -> bool:
        """True without provider credentials: the simulator stands in for the carrier."""
        return not (self.twilio_account_sid and self.twilio_auth_token)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment before NAME_FILE before frontdesk.toml."""
        toml = TomlConfigSettingsSource(settings_cls, toml_file=os.environ.get("FRONTDESK_TOML", "frontdesk.toml"))
        return init_settings, env_settings, _NamedFiles(settings_cls), toml


class _NamedFiles(PydanticBaseSettingsSource):
    """NAME_FILE holds the path of a file with the value of NAME."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """The content of the file that NAME_FILE names, if it is set."""
        path = os.environ.get(f"{field_name.upper()}_FILE")
        return (Path(path).read_text(encoding="utf-8").strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        """All fields that have a file."""
        values = {name: self.get_field_value(None, name)[0] for name in self.settings_cls.model_fields}
        return {name: value for name, value in values.items() if value is not None}
