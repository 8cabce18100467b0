"""The sections of the settings that are about one channel or provider, such as [whatsapp]."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, model_validator

from frontdesk.setting_kinds import E164, FieldName, Part

__all__ = [
    "BookingSettings",
    "FormSettings",
    "PaymentSettings",
    "TextBackSettings",
    "VapiSettings",
    "VoiceSettings",
    "WhatsAppSettings",
]


class TextBackSettings(Part):
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


class VoiceSettings(Part):
    """[voice]: what a call to a Twilio number hears."""

    forward_to: Annotated[
        E164 | None, Field(description="the phone that rings; empty: nobody's, and every call counts as missed")
    ] = None
    ring_seconds: Annotated[int, Field(ge=5, le=120, description="seconds that it rings")] = 20
    greeting: Annotated[str, Field(max_length=500, description="said before hanging up; empty: nothing")] = ""


class WhatsAppSettings(Part):
    """[whatsapp]: WhatsApp's own API. Its secrets stand at the top level."""

    numbers: Annotated[
        Mapping[E164, str],
        Field(description="phone number ids by number, where there are several; the first is the first client's"),
    ] = {}
    version: Annotated[str, Field(pattern=r"^v\d+\.\d+$", description="of Meta's Graph API, such as v23.0")] = "v23.0"
    template: Annotated[
        str, Field(description="approved template that goes once 24 hours have passed; empty: nothing goes then")
    ] = ""
    template_language: Annotated[str, Field(min_length=2, description="its language code, such as en_US")] = "en_US"
    template_parameter: Annotated[
        str, Field(description="its place for the message's text: 1 for {{1}}, or its name; empty: it has none")
    ] = "1"
    per_second: Annotated[float, Field(gt=0, description="messages a second per number, as Meta allows")] = 80
    per_minute: Annotated[float, Field(gt=0, description="messages in any minute per number")] = 4800


class BookingSettings(Part):
    """[booking]: which times can be booked, within the opening hours; `settings.booking` of a client goes first."""

    slot_minutes: Annotated[int, Field(ge=5, le=24 * 60, description="how long an appointment takes")] = 60
    step_minutes: Annotated[
        int, Field(ge=5, le=24 * 60, description="appointments begin so many minutes apart, from the opening on")
    ] = 30
    notice_minutes: Annotated[
        int, Field(ge=0, le=30 * 24 * 60, description="least time from the call to the appointment")
    ] = 60
    horizon_days: Annotated[int, Field(ge=1, le=365, description="how far ahead appointments can be made")] = 60


class VapiSettings(Part):
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


class PaymentSettings(Part):
    """[payments]: what clients pay the operator."""

    mode: Annotated[
        Literal["live", "test"], Field(description="which payments count; those of the other mode are kept and ignored")
    ] = "live"
    while_retrying: Annotated[
        bool, Field(description="serve a client on while a failed renewal is tried again by the payment provider")
    ] = True


class FormSettings(Part):
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
