"""The webhooks that a simulated Twilio posts: their fields, their signature, and how often it tries.

Source: Twilio, "Twilio's request to your incoming message webhook URL", "Webhooks security" and "Webhooks connection
overrides". Written apart from `frontdesk.providers` on purpose: one mistake cannot hide in both.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

import httpx2

from frontdesk.simulator.messages import SimulatedMessage
from frontdesk.simulator.segments import count_segments

__all__ = ["Poster", "call_fields", "inbound_fields", "receipt_fields", "sign"]

API_VERSION = "2010-04-01"
US_GEO = {"Country": "US", "State": "DC", "City": "WASHINGTON", "Zip": "20001"}
NO_GEO = {"Country": "", "State": "", "City": "", "Zip": ""}


def sign(url: str, fields: Mapping[str, str], auth_token: str) -> str:
    """The X-Twilio-Signature of a form post: HMAC-SHA1 over the URL and the sorted fields, in base64."""
    text = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def inbound_fields(message: SimulatedMessage, account_sid: str, api_base: str = "") -> dict[str, str]:
    """The full field set of an inbound message; an MMS without text has no Body at all.

    An attachment is named by its address in the API, which leads on to where it really lies.
    """
    fields = {
        "SmsMessageSid": message.sid,
        "NumMedia": str(len(message.media)),
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.to,
        "NumSegments": str(count_segments(message.body)),
        "MessageSid": message.sid,
        "AccountSid": account_sid,
        "From": message.from_,
        "ApiVersion": API_VERSION,
    }
    if message.body or not message.media:
        fields["Body"] = message.body
    folder = f"{api_base}/2010-04-01/Accounts/{account_sid}/Messages/{message.sid}/Media"
    for at, (key, url, content_type) in enumerate(message.attachments()):
        fields[f"MediaContentType{at}"] = content_type
        fields[f"MediaUrl{at}"] = f"{folder}/{key}" if api_base else url
    return fields | (_whatsapp_fields(message) if message.from_.startswith("whatsapp:") else _geo_fields(message))


def receipt_fields(message: SimulatedMessage, status: str, account_sid: str) -> dict[str, str]:
    """The fields of a status callback."""
    fields = {
        "SmsSid": message.sid,
        "SmsStatus": status,
        "MessageStatus": status,
        "To": message.to,
        "MessageSid": message.sid,
        "AccountSid": account_sid,
        "From": message.from_,
        "ApiVersion": API_VERSION,
    }
    if status in ("undelivered", "failed") and message.error_code:
        fields["ErrorCode"] = str(message.error_code)
    return fields


def call_fields(sid: str, from_: str, to: str, account_sid: str) -> dict[str, str]:
    """The fields of a call that comes in."""
    called = SimulatedMessage(sid, "inbound", from_, to, "")
    return {
        "CallSid": sid,
        "AccountSid": account_sid,
        "From": from_,
        "Caller": from_,
        "To": to,
        "Called": to,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": API_VERSION,
        **_geo_fields(called),
    }


def _whatsapp_fields(message: SimulatedMessage) -> dict[str, str]:
    digits = message.from_.removeprefix("whatsapp:").lstrip("+")
    context = {"type": "whatsapp", "data": {"context": {"ProfileName": "Simulated", "WaId": digits}}}
    kind = message.media[0][1].partition("/")[0] if message.media else "text"
    return {
        "ProfileName": "Simulated",
        "MessageType": kind,
        "WaId": digits,
        "ReferralNumMedia": "0",
        "ChannelMetadata": json.dumps(context, separators=(",", ":")),
    }


def _geo_fields(message: SimulatedMessage) -> dict[str, str]:
    sides = (("From", message.from_), ("To", message.to))
    return {
        side + name: value
        for side, number in sides
        for name, value in (US_GEO if number.startswith("+1") else NO_GEO).items()
    }


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts signed webhooks as Twilio does: it retries by the overrides in the URL's fragment, which is never sent.

    `#rc=5&rp=all` asks for five retries whatever went wrong; without it, one, and only when nobody answered the door.
    """

    http: httpx2.AsyncClient
    auth_token: str

    async def post(self, url: str, fields: Mapping[str, str], token: str) -> int:
        """Post and return the last HTTP status, 0 where none came; `token` is the same on every retry."""
        called, _, fragment = url.partition("#")
        retries, policies = _overrides(fragment)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": token,
            "X-Twilio-Signature": sign(called, fields, self.auth_token),
        }
        body = urlencode(fields)
        for attempt in range(retries + 1):
            status, trouble = await self._once(called, headers, body)
            if attempt == retries or not ({trouble, "all"} & policies) or not trouble:
                return status
        return 0

    async def ask(self, url: str, fields: Mapping[str, str]) -> tuple[int, bytes]:
        """Post once and return the HTTP status with the body of the answer; 0 where none came."""
        called = url.partition("#")[0]
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": sign(called, fields, self.auth_token),
        }
        try:
            answer = await self.http.post(called, headers=headers, content=urlencode(fields))
        except httpx2.RequestError:
            return 0, b""
        return answer.status_code, answer.content

    async def _once(self, url: str, headers: Mapping[str, str], body: str) -> tuple[int, str]:
        """The status, and the name of its trouble as retry policies call it: ct, rt, 4xx, 5xx, or none."""
        try:
            answer = await self.http.post(url, headers=headers, content=body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return 0, "ct"
        except httpx2.RequestError:
            return 0, "rt"
        family = f"{answer.status_code // 100}xx"
        return answer.status_code, family if family in ("4xx", "5xx") else ""


def _overrides(fragment: str) -> tuple[int, set[str]]:
    """The number of retries (0 to 5) and for what, from the fragment of the webhook's URL."""
    given = parse_qs(fragment)
    retries = given.get("rc", ["1"])[0]
    count = min(int(retries), 5) if retries.isascii() and retries.isdigit() else 1
    return count, set(given.get("rp", ["ct"])[0].split(","))
