"""The doctor's questions about WhatsApp's own API: the shape of each setting, and what to paste at Meta."""

import re
from collections.abc import Iterator

from pydantic import SecretStr

from frontdesk.commands.checks import Check, State
from frontdesk.commands.given import WHATSAPP_NEEDS, missing_for_whatsapp
from frontdesk.providers.whatsapp_webhooks import PROFILES, WHATSAPP
from frontdesk.settings import Settings

__all__ = ["check_whatsapp"]

_APP_SECRET = re.compile(r"[0-9a-f]{32}")
_PHONE_ID = re.compile(r"[0-9]{8,20}")
_TOKEN = re.compile(r"EA[A-Za-z0-9]{30,}")


def check_whatsapp(settings: Settings) -> Iterator[Check]:
    """The shape of each setting of WhatsApp's, and the URL that Meta must know; nothing where none is set."""
    missing = missing_for_whatsapp(settings)
    for name in missing:
        found = f"not set, though other settings of WhatsApp are: all of {', '.join(WHATSAPP_NEEDS)} are needed"
        yield Check(name, State.FAIL, found, _HOW[name])
    if missing or not settings.on_whatsapp:
        return
    yield _shape("WHATSAPP_TOKEN", settings.whatsapp_token, _TOKEN, "it does not begin with EA", State.WARN)
    yield _shape("WHATSAPP_APP_SECRET", settings.whatsapp_app_secret, _APP_SECRET, "it is not 32 hex digits")
    yield _verify_token(settings.whatsapp_verify_token)
    yield from _numbers(settings)
    yield from _template(settings)
    yield from _url(settings)


_HOW = {
    "WHATSAPP_TOKEN": (
        "Meta Business Settings, System users: a token that does not expire, with whatsapp_business_messaging and "
        "whatsapp_business_management"
    ),
    "WHATSAPP_APP_SECRET": "copy it from the app at developers.facebook.com: App settings, Basic, App secret",
    "WHATSAPP_VERIFY_TOKEN": "make one up, such as the output of `openssl rand -hex 24`, and give it to Meta too",
    "WHATSAPP_PHONE_NUMBER_ID": (
        "copy it from the app at developers.facebook.com: WhatsApp, API set-up, “Phone number ID” (digits; it is not "
        "the phone number)"
    ),
}


def _parts(secret: SecretStr | None) -> list[str]:
    return [part.strip() for part in secret.get_secret_value().split(",")] if secret else []


def _shape(name: str, secret: SecretStr | None, shape: re.Pattern[str], wrong: str, state: State = State.FAIL) -> Check:
    parts = _parts(secret)
    if len(parts) <= 2 and all(shape.fullmatch(part) for part in parts):
        return Check(name, State.OK, "a pair, for rotation" if len(parts) == 2 else "set")
    return Check(name, state, wrong, _HOW[name])


def _verify_token(secret: SecretStr | None) -> Check:
    if min(map(len, _parts(secret))) < 16:
        todo = "make a longer one up, and give it to Meta too"
        return Check("WHATSAPP_VERIFY_TOKEN", State.WARN, "shorter than 16 characters", todo)
    return Check("WHATSAPP_VERIFY_TOKEN", State.OK, "set")


def _numbers(settings: Settings) -> Iterator[Check]:
    name, number_id = "WHATSAPP_PHONE_NUMBER_ID", settings.whatsapp_phone_number_id or ""
    if _PHONE_ID.fullmatch(number_id):
        yield Check(name, State.OK, number_id)
    else:
        yield Check(name, State.FAIL, f"{number_id} is no phone number id", _HOW[name])
    for number, own in settings.whatsapp.numbers.items():
        if not _PHONE_ID.fullmatch(own):
            yield Check(f"whatsapp.numbers {number}", State.FAIL, f"{own} is no phone number id", _HOW[name])
    if settings.twilio_number is None and not settings.whatsapp.numbers:
        todo = (
            f'write numbers = {{ "+15551234567" = "{number_id}" }} under [whatsapp] in frontdesk.toml, with your number'
        )
        yield Check("whatsapp.numbers", State.WARN, "not set: start-up makes no first client", todo)


def _template(settings: Settings) -> Iterator[Check]:
    template = settings.whatsapp.template
    if template:
        yield Check("whatsapp.template", State.OK, f"{template} ({settings.whatsapp.template_language})")
        return
    found = "not set: nothing goes to people whose last message is over 24 hours old"
    yield Check("whatsapp.template", State.OK, found, "to write to them too, name an approved template")


def _url(settings: Settings) -> Iterator[Check]:
    if settings.public_url is None:
        return  # said once, by the check of PUBLIC_URL itself
    paste = (
        "paste it at developers.facebook.com: your app, WhatsApp, Configuration, Callback URL, with "
        "WHATSAPP_VERIFY_TOKEN as the verify token; then subscribe to the field “messages”"
    )
    yield Check("Webhook of WhatsApp", State.OK, f"{settings.public_url.rstrip('/')}{PROFILES[WHATSAPP].path}", paste)
