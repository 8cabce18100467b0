"""The ways to the operator besides SMS: Slack, e-mail, a webhook, Apprise. Each tells what became of one message."""

import asyncio
from collections.abc import Awaitable, Sequence

import httpx2

from frontdesk.alerts.model import Channel
from frontdesk.errors import SetupError
from frontdesk.providers import slack
from frontdesk.providers.apprise import AppriseUrls
from frontdesk.providers.outgoing import OutgoingWebhook
from frontdesk.providers.posted import Fate, Posted
from frontdesk.providers.standard_webhooks import read_key
from frontdesk.setting_kinds import secrets_in
from frontdesk.settings import Settings
from frontdesk.steps.alert_mail import ask_server, send_mail
from frontdesk.steps.alert_parcel import Parcel, as_json

__all__ = ["AlertChannels", "apprise_of", "webhook_of"]

_SECONDS = 10.0
"""Longest time for one message on one channel."""


class AlertChannels:
    """Those that the settings name. Raises SetupError for an address or secret that cannot be one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._http = httpx2.AsyncClient(timeout=_SECONDS)
        self._webhook = webhook_of(settings)
        self._apprise = apprise_of(settings)

    @property
    def there(self) -> Sequence[Channel]:
        """Those that are set up."""
        mail = self._settings.smtp_url is not None and self._settings.alert_email is not None
        known = {
            Channel.SLACK: self._settings.slack_webhook_url is not None,
            Channel.EMAIL: mail,
            Channel.WEBHOOK: self._webhook is not None,
            Channel.APPRISE: self._apprise is not None,
        }
        return [channel for channel, is_set in known.items() if is_set]

    async def post(self, channel: Channel, parcel: Parcel) -> Posted:
        """Post one message. Never raises: what went wrong is in what it returns."""
        return await _in_time(channel, self._post(channel, parcel))

    async def ask(self, channel: Channel, checkup: Parcel) -> Posted:
        """Ask a channel whether it would take a message, and send none; DELIVERED if so. Never raises.

        A webhook can only be asked by a post: it gets `checkup`, which says by its type that it is no alert.
        """
        return await _in_time(channel, self._ask(channel, checkup))

    async def _post(self, channel: Channel, parcel: Parcel) -> Posted:
        settings = self._settings
        if channel is Channel.SLACK and settings.slack_webhook_url is not None:
            links = {"Acknowledge": parcel.link} if parcel.link else None
            content = slack.message(f"{parcel.severity}: {parcel.title}", parcel.body, links)
            return await slack.post_message(self._http, settings.slack_webhook_url.get_secret_value(), content)
        if channel is Channel.WEBHOOK and self._webhook is not None:
            return await self._webhook.post(parcel.id, as_json(parcel), parcel.at)
        if channel is Channel.APPRISE and self._apprise is not None:
            body = parcel.body + (f"\n\nAcknowledge: {parcel.link}" if parcel.link else "")
            title = f"{parcel.severity}: {' '.join(parcel.title.split())}"
            return await self._apprise.post(title, body, parcel.severity)
        if channel is Channel.EMAIL and settings.smtp_url is not None and settings.alert_email is not None:
            url = settings.smtp_url.get_secret_value()
            return await asyncio.to_thread(send_mail, url, settings.alert_email, parcel, settings.business, _SECONDS)
        return Posted(Fate.STOPPED, f"{channel} is not set up any more.", for_operator=True)

    async def _ask(self, channel: Channel, checkup: Parcel) -> Posted:
        settings = self._settings
        if channel is Channel.SLACK and settings.slack_webhook_url is not None:
            return await slack.ask_webhook(self._http, settings.slack_webhook_url.get_secret_value())
        if channel is Channel.EMAIL and settings.smtp_url is not None and settings.alert_email is not None:
            url = settings.smtp_url.get_secret_value()
            return await asyncio.to_thread(ask_server, url, settings.alert_email, _SECONDS)
        if channel is Channel.APPRISE and self._apprise is not None:  # to ask there would be to send
            return Posted(Fate.DELIVERED, f"{self._apprise.names}; `apprise -b hello URL` tries one.")
        return await self._post(channel, checkup)

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()
        if self._webhook is not None:
            await self._webhook.aclose()


def webhook_of(settings: Settings) -> OutgoingWebhook | None:
    """The address of ALERT_WEBHOOK_URL, if there is one. Raises SetupError."""
    if settings.alert_webhook_url is None:
        return None
    secrets = secrets_in(settings.alert_webhook_secret)
    if not secrets:
        raise SetupError("ALERT_WEBHOOK_URL needs ALERT_WEBHOOK_SECRET: whsec_ and 24 to 64 bytes in base64.")
    keys = [read_key(secret, "ALERT_WEBHOOK_SECRET") for secret in secrets]
    private = settings.alert_webhook_private
    return OutgoingWebhook(settings.alert_webhook_url, keys, allow_private=private, timeout=_SECONDS)


def apprise_of(settings: Settings) -> AppriseUrls | None:
    """The services of APPRISE_URLS, if there are any. Raises SetupError."""
    urls = settings.apprise_urls.get_secret_value().split() if settings.apprise_urls is not None else []
    return AppriseUrls(urls, seconds=_SECONDS) if urls else None


async def _in_time(channel: Channel, doing: Awaitable[Posted]) -> Posted:
    try:
        async with asyncio.timeout(_SECONDS * 1.5):
            return await doing
    except TimeoutError:
        return Posted(Fate.LATER, f"{channel} did not answer in time.", may_have_arrived=True)
    except Exception as error:  # a fault of ours must not hold up the next channel; its words may hold a secret
        return Posted(Fate.REFUSED, f"{channel} failed ({type(error).__name__}).", for_operator=True)
