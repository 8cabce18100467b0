"""The doctor's questions: each looks at one thing and answers with what it found and how to mend it."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from frontdesk.errors import SetupError
from frontdesk.providers.dialpad_webhooks import DIALPAD
from frontdesk.providers.dialpad_webhooks import PROFILES as DIALPAD_PROFILES
from frontdesk.providers.twilio_webhooks import PROFILES, RETRY_FRAGMENT, SMS, STATUS, VOICE
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
    "check_public_url",
]

_LEAST_FREE = 500 * 1024 * 1024  # bytes of disk below which PostgreSQL is soon in trouble

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
        yield Check("Twilio", State.OK, "no account set: `frontdesk up` runs the simulator")
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
    """The address under which Twilio reaches the desk, and the webhook URLs to paste there."""
    url = settings.public_url
    if url is None:
        if not settings.simulated:
            todo = "set PUBLIC_URL to the https address that Twilio reaches; without it no receipts come back"
            yield Check("PUBLIC_URL", State.FAIL, "not set", todo)
        return
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment:
        todo = "write it as https://desk.example.com, without a query; carriers post personal data to it"
        yield Check("PUBLIC_URL", State.FAIL, f"{url} is no https address", todo)
        return
    yield Check("PUBLIC_URL", State.OK, url)
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
