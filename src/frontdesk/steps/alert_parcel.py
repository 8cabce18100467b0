"""What a channel other than SMS is given to bring."""

from dataclasses import dataclass
from datetime import datetime

import orjson

__all__ = ["CHECKUP", "Parcel", "as_json"]

CHECKUP = "desk.checkup"
"""The type of the JSON by which the doctor asks a webhook whether it takes alerts; it tells of none."""


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


_TYPES = {"open": "alert.opened", "over": "alert.resolved", "checkup": CHECKUP}


def as_json(parcel: Parcel) -> bytes:
    """The body that ALERT_WEBHOOK_URL is posted."""
    return orjson.dumps(
        {
            "type": _TYPES.get(parcel.kind, "alert.resolved"),
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
