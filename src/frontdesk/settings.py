"""Settings: read once, frozen. From the environment, from NAME_FILE for secrets, and from frontdesk.toml."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from frontdesk.setting_channels import (
    BookingSettings,
    FormSettings,
    PaymentSettings,
    TextBackSettings,
    VapiSettings,
    VoiceSettings,
    WhatsAppSettings,
)
from frontdesk.setting_kinds import E164, Country, FormSource, Hours, TimeZone
from frontdesk.setting_model import ModelSettings
from frontdesk.setting_onboarding import OnboardingSettings, PoolSettings
from frontdesk.setting_parts import (
    NUDGES,
    FlowSettings,
    FollowUpSettings,
    LimitSettings,
    QuietSettings,
    RetentionSettings,
    SenderSettings,
    SequenceSettings,
    WorkerSettings,
)
from frontdesk.setting_watch import MonitorSettings, StuckSettings

__all__ = ["Settings"]


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
    country: Annotated[
        Country | None,
        Field(description="where numbers without a country code belong, such as US; empty: as the client's number"),
    ] = None
    twilio_account_sid: Annotated[str | None, Field(description="from the Twilio console; empty: simulator")] = None
    twilio_auth_token: Annotated[
        SecretStr | None, Field(description="from the Twilio console; a comma-separated pair while rotated")
    ] = None
    twilio_number: Annotated[E164 | None, Field(description="the number that the first client is served on")] = None
    onboarding_number: Annotated[E164 | None, Field(description="the number that new owners text")] = None
    twilio_api_base: Annotated[str, Field(description="Twilio's API, or what stands in for it")] = (
        "https://api.twilio.com"
    )
    vapi_secret: Annotated[
        SecretStr | None,
        Field(description="what Vapi sends or signs with; empty: no voice agent; a comma-separated pair while rotated"),
    ] = None
    vapi_assistant_id: Annotated[
        str | None,
        Field(description="the assistant that answers calls where Vapi asks for one; a client may have its own"),
    ] = None
    stripe_webhook_secret: Annotated[
        SecretStr | None,
        Field(description="whsec_… of the webhook endpoint at Stripe; a comma-separated pair while rotated"),
    ] = None
    whatsapp_token: Annotated[
        SecretStr | None, Field(description="access token of a system user at Meta; empty: no WhatsApp of its own")
    ] = None
    whatsapp_app_secret: Annotated[
        SecretStr | None, Field(description="of the app at Meta, signs webhooks; a comma-separated pair while rotated")
    ] = None
    whatsapp_verify_token: Annotated[
        SecretStr | None, Field(description="made up by you and told to Meta together with the webhook's URL")
    ] = None
    whatsapp_phone_number_id: Annotated[
        str | None, Field(description="Meta's id of the number that WhatsApp messages go from")
    ] = None
    whatsapp_api_base: Annotated[str, Field(description="Meta's Graph API, or what stands in for it")] = (
        "https://graph.facebook.com"
    )
    dialpad_webhook_secret: Annotated[
        SecretStr | None,
        Field(
            description="the secret of the webhook at Dialpad; a comma-separated pair while rotated; empty: no Dialpad"
        ),
    ] = None
    dialpad_allow_unsigned: Annotated[
        bool, Field(description="take plain JSON from a Dialpad webhook that has no secret: anybody can post it")
    ] = False
    catch_up_days: Annotated[
        # A week: who wrote longer ago has found somebody else, and stored webhooks are kept for no less.
        int,
        Field(ge=0, le=365, description="days looked back for texts that no webhook brought; 0: only by hand"),
    ] = 7
    openai_api_key: Annotated[
        SecretStr | None, Field(description="key of the language model's service; many servers of your own need none")
    ] = None
    openai_base_url: Annotated[
        str | None,
        Field(description="of a server that speaks OpenAI's API, up to /v1; empty: OpenAI's own, if there is a key"),
    ] = None
    openai_model: Annotated[
        str | None, Field(description="name of the language model that reads texts beside the rules; empty: none does")
    ] = None
    slack_webhook_url: Annotated[
        SecretStr | None, Field(description="incoming webhook at Slack, for alerts; empty: none go there")
    ] = None
    smtp_url: Annotated[
        SecretStr | None,
        Field(description="mail server for alerts, such as smtp://user:password@mail.example.com:587 or smtps://…"),
    ] = None
    alert_email: Annotated[str | None, Field(description="where alerts are mailed to, with SMTP_URL")] = None
    alert_webhook_url: Annotated[
        str | None, Field(description="where alerts are posted to as JSON, signed by Standard Webhooks")
    ] = None
    alert_webhook_secret: Annotated[
        SecretStr | None,
        Field(description="whsec_… that signs them; a comma-separated pair while rotated, the new one first"),
    ] = None
    alert_webhook_private: Annotated[
        bool, Field(description="ALERT_WEBHOOK_URL may be of this machine's own network")
    ] = False
    apprise_urls: Annotated[
        SecretStr | None,
        Field(
            description="URLs of services that Apprise knows, for alerts, blanks between them, such as "
            "ntfys://… tgram://…; needs frontdesk[apprise]"
        ),
    ] = None
    deadman_url: Annotated[
        SecretStr | None,
        Field(
            description="asked for after each clean pass of the monitor; who hosts it raises the alarm when that ends"
        ),
    ] = None
    sentry_dsn: Annotated[SecretStr | None, Field(description="where errors are reported; empty: nowhere")] = None
    log_format: Annotated[Literal["auto", "json", "pretty"], Field(description="auto: pretty on a terminal")] = "auto"
    log_level: Annotated[Literal["debug", "info", "warning", "error"], Field(description="least level logged")] = "info"
    business: Annotated[str, Field(min_length=1, description="name of the first client")] = "Our business"
    hours: Annotated[
        Hours, Field(description="opening hours, by mon to sun, such as 08:00-12:00; a day that is left out is closed")
    ] = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:00-18:00")
    sequences: Annotated[
        Mapping[str, SequenceSettings], Field(description="follow-up texts, by name; no steps: none (see the docs)")
    ] = {"no_answer": NUDGES}
    flow: FlowSettings = FlowSettings()
    follow_up: FollowUpSettings = FollowUpSettings()
    limits: LimitSettings = LimitSettings()
    quiet: QuietSettings = QuietSettings()
    sender: SenderSettings = SenderSettings()
    whatsapp: WhatsAppSettings = WhatsAppSettings()
    text_back: TextBackSettings = TextBackSettings()
    voice: VoiceSettings = VoiceSettings()
    worker: WorkerSettings = WorkerSettings()
    retention: RetentionSettings = RetentionSettings()
    booking: BookingSettings = BookingSettings()
    vapi: VapiSettings = VapiSettings()
    payments: PaymentSettings = PaymentSettings()
    onboarding: OnboardingSettings = OnboardingSettings()
    pool: PoolSettings = PoolSettings()
    model: ModelSettings = ModelSettings()
    stuck: StuckSettings = StuckSettings()
    monitor: MonitorSettings = MonitorSettings()
    forms: Annotated[
        Mapping[FormSource, FormSettings],
        Field(description="sources of lead forms, each in a section of its own, such as [forms.website]"),
    ] = {}

    @property
    def uses_dialpad(self) -> bool:
        """True where Dialpad's webhooks are taken."""
        return self.dialpad_webhook_secret is not None or self.dialpad_allow_unsigned

    @property
    def uses_model(self) -> bool:
        """True where a language model is configured: its name, and a key or a server of your own."""
        return bool(self.openai_model and (self.openai_api_key or self.openai_base_url))

    @property
    def simulated(self) -> bool:
        """True without provider credentials: the simulator stands in for the carrier."""
        return not (self.on_twilio or self.on_whatsapp)

    @property
    def on_twilio(self) -> bool:
        """True with an account at Twilio."""
        return bool(self.twilio_account_sid and self.twilio_auth_token)

    @property
    def on_whatsapp(self) -> bool:
        """True with all that WhatsApp's own API needs."""
        secrets = (self.whatsapp_token, self.whatsapp_app_secret, self.whatsapp_verify_token)
        return all(secrets) and bool(self.whatsapp_phone_number_id)

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
