"""The ways to the operator besides SMS: Slack, e-mail, a webhook. Each tells what became of one message."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import httpx2
import orjson

from frontdesk.alerts.model import Channel
from frontdesk.errors import SetupError
from frontdesk.providers import slack
from frontdesk.providers.outgoing import OutgoingWebhook
from frontdesk.providers.posted import Fate, Posted
from frontdesk.providers.standard_webhooks import read_key
from frontdesk.setting_kinds import secrets_in
from frontdesk.settings import Settings

__all__ = ["AlertChannels", "Parcel"]

_SECONDS = 10.0
"""Longest time for one message on one channel."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message as a channel takes it. `id` is the same at every try, so that a receiver can tell twice from two."""

    id: str
    alert_type: str
    kind: str
    severity: str
    title: str
    body: str
    at: datetime
    link: str | None = None


class AlertChannels:
    """Those that the settings name. Raises SetupError for an address or secret that cannot be one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = httpx2.AsyncClient(timeout=_SECONDS)
        self._webhook: OutgoingWebhook | None = None
        if settings.alert_webhook_url is not None:
            secrets = secrets_in(settings.alert_webhook_secret)
            if not secrets:
                raise SetupError("ALERT_WEBHOOK_URL needs ALERT_WEBHOOK_SECRET: whsec_ and 24 to 64 bytes in base64.")
            keys = [read_key(secret, "ALERT_WEBHOOK_SECRET") for secret in secrets]
            private = settings.alert_webhook_private
            self._webhook = OutgoingWebhook(settings.alert_webhook_url, keys, allow_private=private, timeout=_SECONDS)

    @property
    def there(self) -> Sequence[Channel]:
        """Those that are set up."""
        mail = self._settings.smtp_url is not None and self._settings.alert_email is not None
        known = {Channel.SLACK: self._settings.slack_webhook_url is not None, Channel.EMAIL: mail}
        return [channel for channel, is_set in {**known, Channel.WEBHOOK: self._webhook is not None}.items() if is_set]

    async def post(self, channel: Channel, parcel: Parcel) -> Posted:
        """Post one message. Never raises: what went wrong is in what it returns."""
        try:
            async with asyncio.timeout(_SECONDS * 1.5):
                return await self._post(channel, parcel)
        except TimeoutError:
            return Posted(Fate.LATER, f"{channel} did not answer in time.", may_have_arrived=True)
        except Exception as error:  # a fault of ours must not hold up the next channel
            return Posted(Fate.REFUSED, f"{channel} failed ({type(error).__name__}: {error}).", for_operator=True)

    async def _post(self, channel: Channel, parcel: Parcel) -> Posted:
        settings = self._settings
        if channel is Channel.SLACK and settings.slack_webhook_url is not None:
            links = {"Acknowledge": parcel.link} if parcel.link else None
            content = slack.message(f"{parcel.severity}: {parcel.title}", parcel.body, links)
            return await slack.post_message(self._http, settings.slack_webhook_url.get_secret_value(), content)
        if channel is Channel.WEBHOOK and self._webhook is not None:
            return await self._webhook.post(parcel.id, _as_json(parcel), parcel.at)
        if channel is Channel.EMAIL and settings.smtp_url is not None and settings.alert_email is not None:
            url = settings.smtp_url.get_secret_value()
            return await asyncio.to_thread(_mail, url, settings.alert_email, parcel, settings.business)
        return Posted(Fate.STOPPED, f"{channel} is not set up any more.", for_operator=True)

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()
        if self._webhook is not None:
            await self._webhook.aclose()


def _as_json(parcel: Parcel) -> bytes:
    return orjson.dumps(
        {
            "type": "alert.opened" if parcel.kind == "open" else "alert.resolved",
            "timestamp": parcel.at,
            "data": {
                "alertType": parcel.alert_type,
                "severity": parcel.severity,
                "title": parcel.title,
                "message": parcel.body,
                "acknowledgeUrl": parcel.link,
            },
        }
    )


def _mail(url: str, to: str, parcel: Parcel, business: str) -> Posted:
    """Send one mail and wait for the server's word; in a thread, as smtplib blocks."""
    parts = urlsplit(url)
    host, user = parts.hostname or "localhost", unquote(parts.username or "")
    letter = EmailMessage()
    letter["Subject"] = f"[{business}] {parcel.severity}: {' '.join(parcel.title.split())}"[:200]
    letter["From"] = user if "@" in user else f"frontdesk@{to.rpartition('@')[2]}"
    letter["To"] = to
    letter["Date"] = parcel.at
    letter["Message-ID"] = f"<{parcel.id}@frontdesk.invalid>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(parcel.body + (f"\n\nAcknowledge: {parcel.link}\n" if parcel.link else "\n"))
    handed = False
    try:
        with _server(parts.scheme, host, parts.port) as server:
            if user:
                server.login(user, unquote(parts.password or ""))
            handed = True
            server.send_message(letter)
    except smtplib.SMTPAuthenticationError:
        said = f"{host} refuses the user or password of SMTP_URL: set it anew."
        return Posted(Fate.STOPPED, said, code="auth", for_operator=True)
    except smtplib.SMTPRecipientsRefused as error:
        code = next((value[0] for value in error.recipients.values()), 550)
        return _refused(host, code, "does not take mail for ALERT_EMAIL")
    except smtplib.SMTPResponseException as error:
        return _refused(host, error.smtp_code, "refused the mail")
    except (OSError, smtplib.SMTPException) as error:
        return Posted(Fate.LATER, f"{host} was not reached ({type(error).__name__}).", may_have_arrived=handed)
    return Posted(Fate.DELIVERED, f"{host} took it.")


def _refused(host: str, code: int, what: str) -> Posted:
    """4xx passes, 5xx does not (RFC 5321)."""
    fate = Fate.LATER if 400 <= code < 500 else Fate.REFUSED
    return Posted(fate, f"{host} {what} ({code}).", code=str(code), for_operator=fate is Fate.REFUSED)


def _server(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    """A connection; encrypted where the server can, and at once with smtps."""
    context = ssl.create_default_context()
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, port or 25, timeout=_SECONDS)
    try:
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
    except BaseException:
        with suppress(Exception):
            server.close()
        raise
    return server
