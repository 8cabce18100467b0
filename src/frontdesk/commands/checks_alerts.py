"""The doctor's questions about the ways that alerts go: each one is asked whether it would take one; none is sent."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

from frontdesk.alerts.model import Channel
from frontdesk.commands.checks import Check, State
from frontdesk.db.pool import Tx
from frontdesk.errors import SetupError
from frontdesk.providers.posted import Fate, Posted
from frontdesk.settings import Settings
from frontdesk.steps.alert_channels import AlertChannels, apprise_of, webhook_of
from frontdesk.steps.alert_parcel import Parcel
from frontdesk.steps.alert_texts import admin_line

__all__ = ["ask_channels", "check_admin_phone", "check_alert_settings"]

_NAMES = {
    Channel.SLACK: "SLACK_WEBHOOK_URL",
    Channel.EMAIL: "SMTP_URL",
    Channel.WEBHOOK: "ALERT_WEBHOOK_URL",
    Channel.APPRISE: "APPRISE_URLS",
}


def check_alert_settings(settings: Settings) -> Iterator[Check]:
    """What is half set up, and whether anybody can be told at all."""
    if settings.smtp_url is not None and settings.alert_email is None:
        yield Check("ALERT_EMAIL", State.FAIL, "not set, and SMTP_URL is", "set it to where alerts are to be mailed")
    if settings.alert_email is not None and settings.smtp_url is None:
        todo = "set it to your mail server, such as smtp://user:password@mail.example.com:587, or unset ALERT_EMAIL"
        yield Check("SMTP_URL", State.FAIL, "not set, and ALERT_EMAIL is", todo)
    if settings.smtp_url is not None and not _is_mail_server(settings.smtp_url.get_secret_value()):
        todo = "write it as smtp://user:password@mail.example.com:587, or smtps:// for a port that is encrypted at once"
        yield Check("SMTP_URL", State.FAIL, "it is no address of a mail server", todo)
    if settings.alert_webhook_secret is not None and settings.alert_webhook_url is None:
        todo = "set ALERT_WEBHOOK_URL to where alerts are to be posted, or unset ALERT_WEBHOOK_SECRET"
        yield Check("ALERT_WEBHOOK_SECRET", State.WARN, "set, and ALERT_WEBHOOK_URL is not", todo)
    ways = _ways(settings)
    if not ways and not settings.simulated:
        todo = "set two of ADMIN_PHONE, SLACK_WEBHOOK_URL, SMTP_URL with ALERT_EMAIL (docs/how-to/alerts.md)"
        yield Check("Alerts", State.WARN, "they reach nobody: no channel is set", todo)
    elif len(ways) == 1 and not settings.simulated:
        todo = "set a second one that can stand in for it (docs/how-to/alerts.md)"
        yield Check("Alerts", State.WARN, f"they go by {ways[0]} alone", todo)


def _ways(settings: Settings) -> list[str]:
    ways = {
        "ADMIN_PHONE": settings.admin_phone,
        "SLACK_WEBHOOK_URL": settings.slack_webhook_url,
        "SMTP_URL": settings.smtp_url and settings.alert_email,
        "ALERT_WEBHOOK_URL": settings.alert_webhook_url,
        "APPRISE_URLS": settings.apprise_urls,
    }
    return [name for name, is_set in ways.items() if is_set]


def _is_mail_server(url: str) -> bool:
    parts = urlsplit(url)
    try:
        return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        return False


async def check_admin_phone(tx: Tx, settings: Settings) -> list[Check]:
    """Whether the operator's phone can be texted; nothing where none is set."""
    name, phone = "ADMIN_PHONE", settings.admin_phone
    if phone is None:
        return []
    if phone == settings.twilio_number:
        todo = "set it to a phone that you carry: the desk does not text itself"
        return [Check(name, State.FAIL, f"{phone} is TWILIO_NUMBER too", todo)]
    line = await admin_line(tx, settings)
    if line is None:
        todo = "set TWILIO_NUMBER to the number that is to text it"
        return [Check(name, State.FAIL, f"no number of ours can text {phone}", todo)]
    if line.opted_out:
        todo = f"text START from that phone to {line.ours}; until then no alert goes there"
        return [Check(name, State.FAIL, f"{phone} sent STOP to {line.ours}", todo)]
    told = "; the simulator keeps the texts" if settings.simulated else ""
    return [Check(name, State.OK, f"{phone}, texted from {line.ours}{told}")]


async def ask_channels(settings: Settings) -> list[Check]:
    """Ask each channel that is set up whether it would take an alert, all at once."""
    settings, checks = _without_what_is_wrong(settings)
    channels = AlertChannels(settings)
    said = "`frontdesk doctor` asks whether alerts arrive here. Nothing is wrong."
    asking = Parcel(f"checkup-{uuid4().hex}", "TEST", "checkup", "LOW", "Check-up", said, datetime.now(UTC))
    try:
        there = [channel for channel in channels.there if _is_asked(channel, settings)]
        answers = await asyncio.gather(*(channels.ask(channel, asking) for channel in there))
    finally:
        await channels.aclose()
    return [*checks, *map(_judged, there, answers)]


def _without_what_is_wrong(settings: Settings) -> tuple[Settings, list[Check]]:
    """The settings with those channels only that can be set up, and what is wrong with the others."""
    checks = []
    try:
        webhook_of(settings)
    except SetupError as error:
        checks.append(Check("ALERT_WEBHOOK_SECRET", State.FAIL, "no alert can be signed", str(error)))
        settings = settings.model_copy(update={"alert_webhook_url": None})
    try:
        apprise_of(settings)
    except SetupError as error:
        checks.append(Check("APPRISE_URLS", State.FAIL, "no alert can go there", str(error)))
        settings = settings.model_copy(update={"apprise_urls": None})
    return settings, checks


def _is_asked(channel: Channel, settings: Settings) -> bool:
    """What `check_alert_settings` has said to be wrong is not asked."""
    url = settings.smtp_url
    return channel is not Channel.EMAIL or (url is not None and _is_mail_server(url.get_secret_value()))


def _judged(channel: Channel, posted: Posted) -> Check:
    name, found = _NAMES[channel], posted.words
    if posted.fate is Fate.DELIVERED:
        todo = _TODO.get((channel, posted.code or ""), "")
        return Check(name, State.WARN if todo else State.OK, found, todo)
    if posted.status == 429:
        return Check(name, State.WARN, found, "ask again in a minute: it is there, and busy")
    todo = _TODO.get((channel, posted.code or "")) or _TODO.get((channel, str(posted.status))) or _ELSE[channel]
    return Check(name, State.FAIL, found, todo)


_NEW_HOOK = "copy the Webhook URL anew from api.slack.com/apps: your app, Incoming Webhooks"
_TODO = {
    (Channel.SLACK, "channel_is_archived"): "make a new incoming webhook for a channel that is open, and set it",
    (Channel.SLACK, "404"): _NEW_HOOK,
    (Channel.SLACK, "403"): _NEW_HOOK,
    (Channel.SLACK, "410"): _NEW_HOOK,
    (Channel.EMAIL, "auth"): "correct user and password in SMTP_URL (%40 for an @ in them); many want an app password",
    (Channel.EMAIL, "certificate"): "write the host as its certificate names it, or let the server have a valid one",
    (Channel.EMAIL, "tls"): "use smtp:// for port 587 or 25, and smtps:// for port 465",
    (Channel.EMAIL, "addresses"): "correct ALERT_EMAIL, or log in as a user who may send there",
    (Channel.EMAIL, "unencrypted"): "use a port with STARTTLS (587) or smtps:// (465): others can read the password",
    (Channel.WEBHOOK, "private_address"): "set an address of the open internet, or ALERT_WEBHOOK_PRIVATE=true",
    (Channel.WEBHOOK, "401"): "give the receiver the secret that stands in ALERT_WEBHOOK_SECRET",
    (Channel.WEBHOOK, "403"): "give the receiver the secret that stands in ALERT_WEBHOOK_SECRET",
    (Channel.WEBHOOK, "404"): "correct the path in ALERT_WEBHOOK_URL",
    (Channel.WEBHOOK, "410"): "the receiver wants no more: set another ALERT_WEBHOOK_URL, or unset it",
}
"""What to do, by what the channel says is wrong: its own word, else the HTTP status."""
_ELSE = {
    Channel.SLACK: "see that this machine reaches the address, and that SLACK_WEBHOOK_URL is copied whole",
    Channel.EMAIL: "see that this machine reaches host and port of SMTP_URL: many hosts block port 25, use 587",
    Channel.WEBHOOK: "see that the receiver runs, and that it answers 2xx to types that it does not know",
    Channel.APPRISE: "try each URL with `apprise -b hello URL`",
}
