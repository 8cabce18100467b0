"""The webhooks that a simulated WhatsApp posts: their envelope, their bytes, their signature.

Source: Meta, WhatsApp Cloud API, Webhooks. Written apart from `frontdesk.providers` on purpose: one mistake cannot hide
in both.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Value", "encoded", "envelope", "inbound_message", "sign", "status_of"]

ACCOUNT = "102290129340398"


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one change: what came to, or went from, one number of ours."""

    phone_number_id: str
    number: str
    messages: Sequence[Mapping[str, Any]] = ()
    statuses: Sequence[Mapping[str, Any]] = ()

    def as_change(self) -> dict[str, Any]:
        """The change, with a contact for each person who wrote."""
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": self.number.removeprefix("+"),
                "phone_number_id": self.phone_number_id,
            },
        }
        if self.messages:
            people = {m.get("from"): m.get("from_user_id") for m in self.messages}
            value["contacts"] = [_contact(number, user_id) for number, user_id in people.items()]
            value["messages"] = list(self.messages)
        if self.statuses:
            value["statuses"] = list(self.statuses)
        return {"value": value, "field": "messages"}


def _contact(number: str | None, user_id: str | None) -> dict[str, Any]:
    ids = {"wa_id": number, "user_id": user_id}
    return {"profile": {"name": "Simulated"}} | {name: value for name, value in ids.items() if value}


def envelope(values: Sequence[Value]) -> dict[str, Any]:
    """One webhook with these changes in one entry."""
    entry = {"id": ACCOUNT, "changes": [value.as_change() for value in values]}
    return {"object": "whatsapp_business_account", "entry": [entry]}


def inbound_message(wamid: str, person: str, at: datetime, content: Mapping[str, Any]) -> dict[str, Any]:
    """What a person sent. `content` is the type's own object by its name; `person` a number, or an id without one."""
    (kind,) = content
    who = {"from": person.removeprefix("+")} if person.startswith("+") else {"from_user_id": person}
    return {**who, "id": wamid, "timestamp": str(int(at.timestamp())), "type": kind, **content}


def status_of(
    wamid: str, person: str, word: str, at: datetime, *, ref: str | None, error: tuple[int, str] | None = None
) -> dict[str, Any]:
    """What became of a message of ours; `ref` is what we gave along when it was sent."""
    status: dict[str, Any] = {
        "id": wamid,
        "status": word,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": person.removeprefix("+"),
        "pricing": {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"},
    }
    if ref is not None:
        status["biz_opaque_callback_data"] = ref
    if error is not None:
        status["errors"] = [{"code": error[0], "title": error[1], "message": error[1]}]
    return status


def encoded(webhook: Mapping[str, Any]) -> bytes:
    """The bytes as Meta writes them: what is not ASCII escaped, and so are slashes."""
    return json.dumps(webhook, separators=(",", ":")).replace("/", "\\/").encode()


def sign(body: bytes, app_secret: str) -> str:
    """The X-Hub-Signature-256 of a body."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
