"""answer_calls: what an incoming call hears. It rings the client's phone, or says the greeting and hangs up."""

import structlog

from frontdesk.clients import store as clients
from frontdesk.db.clock import BusinessClock
from frontdesk.db.pool import Bucket, Database, DatabaseGone
from frontdesk.provider import Answer, HttpRequest
from frontdesk.providers.callers import plain_number
from frontdesk.providers.twilio_voice import asks_for_answer, dial, said, was_dialled
from frontdesk.providers.twilio_webhooks import PROFILES as TWILIO
from frontdesk.providers.twilio_webhooks import RETRY_FRAGMENT, VOICE, form_fields
from frontdesk.setting_channels import VoiceSettings
from frontdesk.settings import Settings
from frontdesk.steps.facts import voice_for

__all__ = ["CallAnswering"]

log = structlog.get_logger(__name__)


class CallAnswering:
    """Answers Twilio's voice webhooks once they are kept; a redelivered one is answered like the first."""

    def __init__(
        self, db: Database, bucket: Bucket, clock: BusinessClock, settings: Settings, public_base: str
    ) -> None:
        self._db = db
        self._bucket = bucket
        self._settings = settings
        self._action = f"{public_base}{TWILIO[VOICE].path}{RETRY_FRAGMENT}"

    async def __call__(self, request: HttpRequest) -> Answer:
        """TwiML for a call that asks what to do; an empty answer to what only tells."""
        fields = form_fields(request)
        called = plain_number(fields.get("To"))
        if not asks_for_answer(fields):
            unanswered = was_dialled(fields) is False
            return said((await self._voice(called)).greeting if unanswered else "")
        voice = await self._voice(called)
        if voice.forward_to is not None and voice.forward_to != called:
            return dial(voice.forward_to, seconds=voice.ring_seconds, action=self._action)
        return said(voice.greeting)

    async def _voice(self, called: str) -> VoiceSettings:
        """The client's settings; the desk's own where the number is nobody's, or the database is away just now."""
        try:
            async with self._db.transaction(self._bucket) as tx:
                client_id = (await clients.served_on(tx, [called])).get(called)
                client = await clients.get(tx, client_id) if client_id is not None else None
        except DatabaseGone as error:
            log.warning("call_answered_without_database", error=str(error))
            client = None
        return voice_for(client.settings if client else {}, self._settings.voice)
