"""The doctor's questions: each looks at one thing and answers with what it found and how to mend it."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from frontdesk.errors import SetupError
from frontdesk.providers import stripe_webhooks
from frontdesk.providers.dialpad_webhooks import DIALPAD
from frontdesk.providers.dialpad_webhooks import PROFILES as DIALPAD_PROFILES
from frontdesk.providers.forms import LEAD_FORM
from frontdesk.providers.forms import PROFILES as FORM_PROFILES
from frontdesk.providers.standard_webhooks import read_key
from frontdesk.providers.twilio_webhooks import PROFILES, RETRY_FRAGMENT, SMS, STATUS, VOICE
from frontdesk.providers.vapi_webhooks import PROFILES as VAPI_PROFILES
from frontdesk.providers.vapi_webhooks import VAPI
from frontdesk.setting_channels import FormSettings
from frontdesk.setting_kinds import secrets_in
from frontdesk.settings import Settings
from frontdesk.web.auth import check_exposure

__all__ = [
    "Check",
    "State",
    "check_account",
    "check_admission",
    "check_cron_secret",
    "check_data_dir",
    "check_dialpad",
    "check_forms",
    "check_public_url",
    "check_stripe",
    "check_vapi",
]

_LEAST_FREE = 500 * 1024 * 1024  # bytes of disk below which PostgreSQL is soon in trouble
_SHORTEST_SECRET = 16

_SHORT_SECRET = 16  # characters: less can be guessed


class State(StrEnum):
    """How a check went."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One answer: what was looked at, how it is, and what to do if it is not well."""

    name: str
    state: State
    found: str
    todo: str = ""


def check_account(settings: Settings) -> Iterator[Check]:
    """The shape of the Twilio account and number."""
    sid, token = settings.twilio_account_sid, settings.twilio_auth_token
    if not sid and not token:
        instead = "`frontdesk up` runs the simulator" if settings.simulated else "texts go by WhatsApp alone"
        yield Check("Twilio", State.OK, f"no account set: {instead}")
        return
    if not sid or not token:
        missing = "TWILIO_AUTH_TOKEN" if sid else "TWILIO_ACCOUNT_SID"
        yield Check("Twilio", State.FAIL, f"{missing} is missing", f"set {missing} too, or neither for the simulator")
        return
    yield _shape_of_sid(sid)
    yield _shape_of_tokens([part.strip() for part in token.get_secret_value().split(",")])
    if settings.twilio_number is None:
        todo = "set it to the number that leads text, like +12025550123; without it no client is served"
        yield Check("TWILIO_NUMBER", State.WARN, "not set", todo)
    else:
        yield Check("TWILIO_NUMBER", State.OK, settings.twilio_number)


def _shape_of_sid(sid: str) -> Check:
    if len(sid) == 34 and sid.startswith("AC") and _is_hex(sid[2:]):
        return Check("TWILIO_ACCOUNT_SID", State.OK, sid)
    todo = "copy the Account SID from the Twilio console: AC and 32 hex digits"
    if sid.startswith("SK"):
        todo += " (this is an API key)"
    return Check("TWILIO_ACCOUNT_SID", State.FAIL, f"{sid} is no Account SID", todo)


def _shape_of_tokens(tokens: Sequence[str]) -> Check:
    if all(len(token) == 32 and _is_hex(token) for token in tokens) and len(tokens) <= 2:
        return Check("TWILIO_AUTH_TOKEN", State.OK, "a pair, for rotation" if len(tokens) == 2 else "set")
    todo = "copy it from the Twilio console: 32 hex digits; while it is rotated, the new one, a comma, the old one"
    return Check("TWILIO_AUTH_TOKEN", State.FAIL, "it is not shaped like an Auth Token", todo)


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdef" for character in text.lower())


def check_public_url(settings: Settings) -> Iterator[Check]:
    """The address under which providers reach the desk, and the webhook URLs to paste at Twilio."""
    url = settings.public_url
    if url is None:
        if not settings.simulated:
            todo = "set PUBLIC_URL to the https address that providers reach; without it no receipts come back"
            yield Check("PUBLIC_URL", State.FAIL, "not set", todo)
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        todo = "write it as https://desk.example.com, without a query; carriers post personal data to it"
        yield Check("PUBLIC_URL", State.FAIL, f"{url} is no https address", todo)
        return
    yield Check("PUBLIC_URL", State.OK, url)
    if not settings.on_twilio and not settings.simulated:
        return
    base = url.rstrip("/")
    paste = (
        "paste it in the Twilio console, with what stands behind the # (it asks for retries): "
        "Phone Numbers, your number, Messaging, “A message comes in”"
    )
    yield Check("Webhook for texts", State.OK, f"{base}{PROFILES[SMS].path}{RETRY_FRAGMENT}", paste)
    voice = "paste it under Voice, both as “A call comes in” and as “Call status changes”, to text back missed calls"
    yield Check("Webhook for calls", State.OK, f"{base}{PROFILES[VOICE].path}{RETRY_FRAGMENT}", voice)
    told = "nothing to paste: it goes out with every message"
    yield Check("Status callback", State.OK, f"{base}{PROFILES[STATUS].path}{RETRY_FRAGMENT}", told)


def check_vapi(settings: Settings) -> Iterator[Check]:
    """The voice agent, where there is one: its secret, its assistant, and the URL to paste."""
    if settings.vapi_secret is None:
        if settings.vapi_assistant_id:
            todo = "set VAPI_SECRET to the secret of the server at Vapi; without it no call is answered"
            yield Check("VAPI_SECRET", State.FAIL, "not set, and VAPI_ASSISTANT_ID is", todo)
        return
    parts = [part.strip() for part in settings.vapi_secret.get_secret_value().split(",")]
    make_one = "set it to the output of `openssl rand -hex 24`, here and at Vapi; while it is rotated, new,old"
    if len(parts) > 2 or not all(parts):
        yield Check("VAPI_SECRET", State.FAIL, "neither one secret nor a pair", make_one)
    elif min(map(len, parts)) < _SHORTEST_SECRET:
        yield Check("VAPI_SECRET", State.WARN, f"shorter than {_SHORTEST_SECRET} characters", make_one)
    else:
        yield Check("VAPI_SECRET", State.OK, "a pair, for rotation" if len(parts) == 2 else "set")
    if settings.vapi_assistant_id:
        yield Check("VAPI_ASSISTANT_ID", State.OK, settings.vapi_assistant_id)
    else:
        todo = "set it, or one at the number at Vapi or in each client's settings; else callers hear an excuse"
        yield Check("VAPI_ASSISTANT_ID", State.WARN, "not set", todo)
    if settings.public_url:
        paste = "paste it at Vapi: your assistant (or phone number), Server URL, with the secret from VAPI_SECRET"
        url = f"{settings.public_url.rstrip('/')}{VAPI_PROFILES[VAPI].path}"
        yield Check("Webhook for voice", State.OK, url, paste)


def check_dialpad(settings: Settings) -> Iterator[Check]:
    """Whether Dialpad's webhooks are signed, and the address to give it."""
    secret = settings.dialpad_webhook_secret
    if not settings.uses_dialpad:
        return
    make_one = (
        "make the webhook at Dialpad with the output of `openssl rand -hex 24` as its secret, and set it here too"
    )
    if secret is None:
        found = "not set, and DIALPAD_ALLOW_UNSIGNED lets anybody post calls"
        yield Check("DIALPAD_WEBHOOK_SECRET", State.WARN, found, make_one)
    elif not all(part.strip() for part in secret.get_secret_value().split(",")):
        todo = "write one secret, or while it is rotated the new one, a comma, the old one"
        yield Check("DIALPAD_WEBHOOK_SECRET", State.FAIL, "a part of it is blank", todo)
    elif min(len(part.strip()) for part in secret.get_secret_value().split(",")) < _SHORT_SECRET:
        yield Check("DIALPAD_WEBHOOK_SECRET", State.WARN, f"shorter than {_SHORT_SECRET} characters", make_one)
    else:
        yield Check("DIALPAD_WEBHOOK_SECRET", State.OK, "set; plain JSON is refused")
    if settings.public_url is None:
        yield Check("Webhook for Dialpad", State.FAIL, "PUBLIC_URL is not set", "set it: Dialpad posts to it")
        return
    url = f"{settings.public_url.rstrip('/')}{DIALPAD_PROFILES[DIALPAD].path}"
    yield Check("Webhook for Dialpad", State.OK, url, "give it to Dialpad as hook_url, with the secret")


def check_admission(settings: Settings) -> Check:
    """Whether who can reach the port is who may."""
    make_one = "set it to the output of `openssl rand -hex 24`"
    try:
        check_exposure(settings)
    except SetupError:
        found = f"not set, and HOST {settings.host} is open to the network"
        return Check("ADMIN_TOKEN", State.FAIL, found, f"{make_one}, or HOST=127.0.0.1")
    if settings.admin_token is None:
        return Check("ADMIN_TOKEN", State.OK, f"not set: HOST {settings.host} is open to this machine only")
    if len(settings.admin_token.get_secret_value()) < 16:
        return Check("ADMIN_TOKEN", State.WARN, "set, and shorter than 16 characters", make_one)
    return Check("ADMIN_TOKEN", State.OK, "set")


def check_cron_secret(settings: Settings) -> Iterator[Check]:
    """Whether the secret of an HTTP cron, if there is one, is long enough not to be guessed."""
    if settings.cron_secret is None:
        return
    shortest = min(len(part.strip()) for part in settings.cron_secret.get_secret_value().split(","))
    if shortest < 16:
        todo = "set it to the output of `openssl rand -hex 24`; while it is rotated, the new one, a comma, the old one"
        yield Check("CRON_SECRET", State.WARN, "shorter than 16 characters", todo)
    else:
        yield Check("CRON_SECRET", State.OK, "set")


def check_stripe(settings: Settings) -> Iterator[Check]:
    """The secret of Stripe's webhooks, and the URL to set up there."""
    if settings.stripe_webhook_secret is None:
        return
    secrets = secrets_in(settings.stripe_webhook_secret)
    if not secrets or not all(secret.startswith("whsec_") for secret in secrets):
        todo = (
            "copy the signing secret of the webhook endpoint from Stripe: it begins with whsec_ (keys that begin with "
            "sk_ or pk_ are something else)"
        )
        yield Check("STRIPE_WEBHOOK_SECRET", State.FAIL, "it is not shaped like a signing secret", todo)
        return
    mode = f"payments of {settings.payments.mode} mode count"
    found = f"a pair, for rotation; {mode}" if len(secrets) > 1 else f"set; {mode}"
    yield Check("STRIPE_WEBHOOK_SECRET", State.OK, found)
    path = stripe_webhooks.PROFILES[stripe_webhooks.STRIPE].path
    paste = "enter it at Stripe: Developers, Webhooks, Add destination (docs/how-to/go-live-stripe.md lists the events)"
    yield Check("Webhook for Stripe", State.OK, f"{_public_base(settings)}{path}", paste)


def check_forms(settings: Settings) -> Iterator[Check]:
    """The secrets of each source of lead forms, and the URL to set up there."""
    for name, form in settings.forms.items():
        yield from _form(settings, name, form)


def _form(settings: Settings, name: str, form: FormSettings) -> Iterator[Check]:
    setting = f"FORMS__{name.upper()}__SECRET"
    try:
        keys = [read_key(secret, setting) for secret in secrets_in(form.secret)]
    except SetupError as error:
        yield Check(setting, State.FAIL, "it is no signing secret", str(error))
        return
    if not keys and not secrets_in(form.token):
        todo = f"set {setting} to the source's signing secret, or FORMS__{name.upper()}__TOKEN for POST /api/leads"
        yield Check(setting, State.FAIL, f"[forms.{name}] has neither a secret nor a token: nothing can come", todo)
    elif keys:
        path = FORM_PROFILES[LEAD_FORM].path.replace("{source}", name)
        paste = f"enter it at {name} as the webhook's address (Standard Webhooks)"
        yield Check(f"Webhook for {name}", State.OK, f"{_public_base(settings)}{path}", paste)
    if keys and min(map(len, keys)) < 24:
        yield Check(setting, State.WARN, "shorter than 24 bytes", "let the source make a new one, of 24 to 64 bytes")
    if form.text and not form.text_without_consent and "consent" not in form.fields:
        found = "the first text goes where a field such as consent, opt-in or agree says yes"
        yield Check(f"[forms.{name}] text", State.OK, found)


def _public_base(settings: Settings) -> str:
    return (settings.public_url or "PUBLIC_URL").rstrip("/")


def check_data_dir(data_dir: Path) -> Iterator[Check]:
    """Whether the data directory can be used, and has room."""
    data_dir = data_dir.resolve()
    place = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    if not place.is_dir() or not _is_writable(place):
        todo = "let this user write there, or choose another with --data-dir"
        yield Check("Data directory", State.FAIL, f"{data_dir} cannot be written", todo)
        return
    found = str(data_dir) if place == data_dir else f"{data_dir} (made at the first start)"
    yield Check("Data directory", State.OK, found)
    if (free := shutil.disk_usage(place).free) < _LEAST_FREE:
        yield Check("Disk", State.WARN, f"{free // 2**20} MB are free", "make room: PostgreSQL stops on a full disk")


def _is_writable(folder: Path) -> bool:
    """Asked by writing: modes do not tell of read-only mounts."""
    try:
        probe = folder / ".frontdesk-probe"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True
