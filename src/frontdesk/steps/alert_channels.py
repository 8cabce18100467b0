"""The ways to the operator besides SMS: Slack, e-mail, a webhook. Each tells what became of one message."""

import asyncio
from collections.abc import Awaitable, Sequence

import httpx2

from frontdesk.alerts.model import Channel
from frontdesk.errors import SetupError
from frontdesk.providers import slack
from frontdesk.providers.outgoing import OutgoingWebhook
from frontdesk.providers.posted import Fate, Posted
from frontdesk.providers.standard_webhooks import read_key
from frontdesk.setting_kinds import secrets_in
from frontdesk.settings import Settings
from frontdesk.steps.alert_mail import ask_server, send_mail
from frontdesk.steps.alert_parcel import Parcel, as_json

__all__ = ["AlertChannels"]

_SECONDS = 10.0
"""Longest time for one message on one channel."""


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
        return await self._post(channel, checkup)

    async def aclose(self) -> None:
        """Close connections."""
        await self._http.aclose()
        if self._webhook is not None:
            await self._webhook.aclose()


async def _in_time(channel: Channel, doing: Awaitable[Posted]) -> Posted:
    try:
        async with asyncio.timeout(_SECONDS * 1.5):
            return await doing
    except TimeoutError:
        return Posted(Fate.LATER, f"{channel} did not answer in time.", may_have_arrived=True)
    except Exception as error:  # a fault of ours must not hold up the next channel; its words may hold a secret
        return Posted(Fate.REFUSED, f"{channel} failed ({type(error).__name__}).", for_operator=True)
